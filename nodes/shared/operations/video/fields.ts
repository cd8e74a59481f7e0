import { field } from '../../core/fields';

export const waitField = (description: string) =>
	field({
		displayName: 'Wait for Result',
		name: 'waitForResult',
		type: 'boolean',
		default: true,
		description,
	});
