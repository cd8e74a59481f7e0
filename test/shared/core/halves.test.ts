import { Exact, writeJson } from '../../../nodes/shared/core/exact';
import { withoutHalves, writePlainJson } from '../../../nodes/shared/core/halves';
import { processorTime } from '../../support/yardstick';

const [high = '', low = ''] = ['\ud83d', '\udc4d'];

describe('half a character', () => {
	it.each<[string, unknown, unknown]>([
		['at the end of a text', `a${high}`, 'a\ufffd'],
		['at its beginning', `${low}a`, '\ufffda'],
		['the wrong way round', `${low}${high}`, '\ufffd\ufffd'],
		['behind a backslash', `\\${high}`, '\\\ufffd'],
		['behind a line end and a quote', `\n"${high}"`, '\n"\ufffd"'],
		['in a name', { [`x${low}`]: [high] }, { 'x\ufffd': ['\ufffd'] }],
		['as a program writes it, in letters', '\\ud83d', '\\ud83d'],
		['that is whole', `${high}${low}`, '👍'],
		['of another script', '\ud7a3\ue000', '\ud7a3\ue000'],
	])('%s', (_, given, sent) => {
		expect(JSON.parse(writePlainJson(given))).toEqual(sent);
		const text = writeJson([given, new Exact('12345678901234567890')]);
		expect(JSON.parse(text)[0]).toEqual(sent);
		expect(text).toContain(',12345678901234567890]');
	});

	it('is found in a large text in little time', () => {
		const json = JSON.stringify(`\\${high}x\n`.repeat(400_000));
		let sent = '';
		expect(processorTime(() => (sent = withoutHalves(json)))).toBeLessThan(600);
		expect(sent).not.toContain('\\ud83d');
	});
});
