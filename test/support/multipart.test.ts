import { expectedParts, sentForm, sentParts } from './multipart';
import { type Service, jsonReply, startService } from './service';

const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 13, 10, 13, 10, 200]);
const image = { bytes, filename: 'Grüße.png', contentType: 'image/png' };

let service: Service;
beforeAll(async () => {
	service = await startService();
	service.reply = () => jsonReply({});
});
afterAll(async () => await service.close());

/** The same form by the web's encoder, which is neither the node's nor form-data's. */
async function send(file: Buffer, filename: string, text: string) {
	const form = new FormData();
	form.append('prompt', text);
	form.append('image', new Blob([new Uint8Array(file)], { type: 'image/png' }), filename);
	await fetch(service.url, { method: 'POST', body: form });
	return service.requests.at(-1);
}

it('takes equal forms for equal, in any order of their parts', async () => {
	const request = await send(bytes, 'Grüße.png', 'zwei\r\nZeilen');
	expect(sentParts(request)).toEqual(expectedParts({ image, prompt: 'zwei\r\nZeilen' }));
	expect(sentForm(request)).toEqual({ texts: { prompt: 'zwei\r\nZeilen' }, files: { image } });
});

it('sees each difference', async () => {
	const parts = sentParts(await send(bytes, 'Grüße.png', 'text'));
	expect(parts).not.toEqual(expectedParts({ image, prompt: 'other' }));
	expect(parts).not.toEqual(expectedParts({ image }));
	expect(parts).not.toEqual(expectedParts({ image: { ...image, filename: 'x.png' }, prompt: 'text' }));
	expect(parts).not.toEqual(expectedParts({ image: { ...image, contentType: 'image/gif' }, prompt: 'text' }));
	expect(parts).not.toEqual(expectedParts({ image: { ...image, bytes: bytes.subarray(1) }, prompt: 'text' }));
});
