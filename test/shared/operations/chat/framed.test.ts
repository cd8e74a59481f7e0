import { bodyAdditions } from '../../../../nodes/shared/n8n/ai/chatModelFields';
import { completeChat } from '../../../../nodes/shared/operations/chat/complete';
import { extractFromText } from '../../../../nodes/shared/operations/text/extract';
import { requestFor } from '../../../support/operations';

const schema = { type: 'object', properties: { city: { type: 'string' } } };

/** What a request holds the model to. */
const sentOf = (format: unknown): unknown => Object(Object(format).json_schema).schema;

describe('a JSON schema', () => {
	it.each<[string, object, object]>([
		['as it is', schema, schema],
		['in the frame that chat routes want around it', { name: 'answer', strict: true, schema }, schema],
		['in the whole of such an option', { type: 'json_schema', json_schema: { name: 'answer', schema } }, schema],
		['in that option under its name', { response_format: { type: 'json_schema', json_schema: { schema } } }, schema],
		[
			'that has an entry of that name itself',
			{ type: 'object', properties: { schema }, schema: { note: 'ours' } },
			{ type: 'object', properties: { schema }, schema: { note: 'ours' } },
		],
		[
			'that is a reference',
			{ $ref: '#/$defs/A', $defs: { A: schema }, schema },
			{ $ref: '#/$defs/A', $defs: { A: schema }, schema },
		],
	])('%s is what the answer must fit', (_, given, sent) => {
		const options = { responseFormat: 'json_schema', jsonSchema: given };
		const messages = { values: [{ role: 'user', content: 'x' }] };
		expect(sentOf(requestFor(completeChat, { messages, options }).json?.response_format)).toEqual(sent);
		expect(sentOf(bodyAdditions(options).response_format)).toEqual(sent);
		const extraction = requestFor(extractFromText, { text: 'x', schemaType: 'manual', jsonSchema: given });
		expect(sentOf(extraction.json?.response_format)).toMatchObject({ type: 'object' });
	});

	it('that is empty in its frame is none', () => {
		const options = { responseFormat: 'json_schema', jsonSchema: { name: 'answer', schema: {} } };
		const messages = { values: [{ role: 'user', content: 'x' }] };
		expect(() => requestFor(completeChat, { messages, options })).toThrow("'JSON Schema' is missing");
		expect(() => bodyAdditions(options)).toThrow("'JSON Schema' is empty");
	});
});
