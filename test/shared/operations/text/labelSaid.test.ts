import { labelSaid, type Label } from '../../../../nodes/shared/operations/text/labelSaid';
import { thrownBy } from '../../../support/work';

const labelsOf = (names: readonly string[], signs: string): Label[] =>
	names.map((words, index) => ({ words, name: words.split(':')[0] ?? '', sign: signs[index] ?? '' }));
const FEW = labelsOf(
	['billing: invoices and refunds', 'delivery', 'billing support', 'other: not billing'],
	'123456789',
);
const MANY = labelsOf(
	['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa'],
	'ABCDEFGHIJ',
);
const YES_NO = labelsOf(['yes', 'no'], '12');
const CJK = labelsOf(['账单', '物流'], '12');

const SAID: ReadonlyArray<[string, readonly Label[], string, string?]> = [
	['1', FEW, 'billing', 'first'],
	[' **2.** ', FEW, 'delivery', 'first'],
	['1. billing', FEW, 'billing', 'first'],
	['(3)', FEW, 'billing support', 'first'],
	['2\n\nThe parcel is late.', FEW, 'delivery', 'first'],
	['The label is: billing', FEW, 'billing'],
	['The label is: **Billing**.', FEW, 'billing'],
	['The label is: 2', FEW, 'delivery', 'last'],
	['I think that the best one is "2".', FEW, 'delivery', 'last'],
	['The text fits billing support best.', FEW, 'billing support'],
	['billing: invoices and refunds', FEW, 'billing'],
	['I choose other: not billing', FEW, 'other'],
	['The answer is 2. delivery', FEW, 'delivery'],
	['DELIVERY', FEW, 'delivery'],
	['Delivery. It is not about money.', FEW, 'delivery'],
	['B', MANY, 'beta', 'first'],
	['I would say beta', MANY, 'beta'],
	['A good choice is gamma', MANY, 'gamma'],
	['The label is C.', MANY, 'gamma', 'last'],
	['Yes, it fits.', YES_NO, 'yes'],
	['No, it does not fit.', YES_NO, 'no'],
	['2', YES_NO, 'no', 'first'],
	['标签是账单。', CJK, '账单'],
	// Letters, blanks and signs that are the same for whoever reads them.
	['Café', labelsOf(['Café'.normalize('NFD'), 'Thé'], '12'), 'Café'.normalize('NFD')],
	['The label is: Thé'.normalize('NFD'), labelsOf(['Café', 'Thé'], '12'), 'Thé'],
	['I choose don’t know', labelsOf(["don't know", 'yes'], '12'), "don't know"],
	['It is non\u2011urgent', labelsOf(['urgent', 'non-urgent'], '12'), 'non-urgent'],
	['New\u00a0York', labelsOf(['New York', 'Paris'], '12'), 'New York'],
	['**New\nYork**', labelsOf(['new  york', 'Paris'], '12'), 'new  york'],
	['❤️', labelsOf(['❤', '💔'], '12'), '❤'],
	['２．', FEW, 'delivery', 'first'],
	['②', FEW, 'delivery', 'first'],
	// Of labels that differ in nothing else, the one that is written so.
	['spam', labelsOf(['Spam', 'spam'], '12'), 'spam'],
	['2. spam', labelsOf(['Spam', 'spam'], '12'), 'spam', 'first'],
	['The label is "Spam".', labelsOf(['spam', 'Spam', 'ham'], '123'), 'Spam'],
	['हिन्दी', labelsOf(['हिन्द', 'हिन्दी'], '12'), 'हिन्दी'],
];

it.each(SAID.map(([text, ...rest]) => ({ text, rest })))(
	'$text is one of the labels',
	({ text, rest: [labels, name, sign] }) => {
		const said = labelSaid(text, labels);
		expect([said.label.name, said.sign]).toEqual([name, sign]);
	},
);

it.each<[string, readonly Label[], string]>([
	['', FEW, 'none'],
	['The', FEW, 'none'],
	['I cannot tell', FEW, 'none'],
	['It is not delivery', FEW, 'none'],
	["It isn't delivery", FEW, 'none'],
	['non-delivery', FEW, 'none'],
	['There are 2 of them', FEW, 'none'],
	['9', FEW, 'none'],
	['billing or delivery', FEW, 'several'],
	['Delivery, then billing', FEW, 'several'],
	['1. delivery', FEW, 'several'],
	['It could be billing. But the label is: delivery', FEW, 'several'],
	['I would say', MANY, 'none'],
	['A parcel is late', MANY, 'none'],
	['deliveryman', FEW, 'none'],
	['हिन्दी', labelsOf(['हिन्द', 'தமிழ்'], '12'), 'none'],
	['SPAM', labelsOf(['Spam', 'spam'], '12'), 'several'],
	['Spam or spam', labelsOf(['Spam', 'spam'], '12'), 'several'],
	['It is not café'.normalize('NFD'), labelsOf(['Café'], '1'), 'none'],
])('%j is none', (text, labels, count) => {
	expect(thrownBy(() => labelSaid(text, labels)).message).toBe(`The model answered with ${count} of the labels`);
});
