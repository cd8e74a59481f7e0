import type { Dict } from '../../core/operation';
import type { ModelSchema } from '../../core/modelSchema';

/** Width and height as the model has them: two numbers, or one text such as 1280*1280 (docs/api.md#images). */
export function placeEdges(schema: ModelSchema | undefined, width?: number, height?: number): Dict {
	const size = schema?.byName.get('size');
	const [, sign] = /\d([x×*])\d/i.exec([size?.default, ...(size?.values ?? [])].join(' ')) ?? [];
	const isText = sign && width !== undefined && height !== undefined && !schema?.byName.has('width');
	return isText ? { size: `${width}${sign}${height}` } : { width, height };
}
