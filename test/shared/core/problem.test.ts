import { withId } from '../../../nodes/shared/core/problem';

describe('what goes wrong with an answer that came', () => {
	it('is never told as if nothing had been sent', () => {
		expect(withId({ kind: 'local', message: 'x is not iterable' }, 'R1')).toEqual({
			kind: 'answer',
			message: "DeepInfra's answer could not be read: x is not iterable",
			requestId: 'R1',
		});
	});

	it('names the address of a file that cannot be had', () => {
		const address = 'https://files.example/clip.mp4';
		const file = { kind: 'source', host: 'files.example', address, message: 'it is gone', again: 'never' } as const;
		expect(withId(file, 'R1')).toEqual({
			kind: 'download',
			message: `files.example: it is gone (${address})`,
			requestId: 'R1',
		});
	});

	it('names its request, and keeps the name that it has', () => {
		expect(withId({ kind: 'download', message: 'm' }, 'R1')).toMatchObject({ kind: 'download', requestId: 'R1' });
		expect(withId({ kind: 'answer', message: 'm', requestId: 'R0' }, 'R1')).toMatchObject({ requestId: 'R0' });
		expect(withId({ kind: 'stopped' }, 'R1')).toEqual({ kind: 'stopped' });
	});
});
