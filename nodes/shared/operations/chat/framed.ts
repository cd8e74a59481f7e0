import { isDict } from '../../core/answer';
import type { Dict } from '../../core/operation';

/** What a schema of anything says at its top. */
const SAYS = ['type', 'properties', '$ref', 'items', 'enum', 'const', 'anyOf', 'oneOf', 'allOf'];

const isSchema = (given: Dict): boolean => SAYS.some((name) => given[name] !== undefined);

/**
 * A schema as people have it, without the frame that chat routes want around it (docs/api.md#chat): sent as a schema, that
 * would hold a model to nothing.
 */
export function withoutFrame(given: Dict): Dict {
	const { response_format: format, json_schema: framed, schema } = given;
	if (isDict(format)) return withoutFrame(format);
	if (isDict(framed) && (given.type === 'json_schema' || !isSchema(given))) return withoutFrame(framed);
	return isDict(schema) && !isSchema(given) ? schema : given;
}
