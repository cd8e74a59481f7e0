import type { Objects } from './objects';
import { isPdfDict, Shown, Stream, type PdfDict, type PdfValue } from './values';

/** What a field or a note counts as, in bytes that are looked at. */
const COST = 64;

/** Fields within fields of a form. */
const DEEPEST = 32;

/** Hidden and NoView (ISO 32000-1, 12.5.3). */
const UNSEEN = 2 | 32;

/** A button that only does something (12.7.4.2). */
const PUSHED = 65_536;

/** Whether a page shows text that it does not draw itself: in the fields of a form, or typed over it as a note. */
export function hasTypedText(page: PdfDict, objects: Objects): boolean {
	const annotations = objects.resolve(page.get('Annots'));
	if (!Array.isArray(annotations)) return false;
	return annotations.some((each) => {
		objects.budget.spend(COST);
		const annotation = objects.dict(each);
		return annotation !== undefined && isSeen(annotation, objects) && isTyped(annotation, objects);
	});
}

const isSeen = (annotation: PdfDict, objects: Objects): boolean => {
	const flags = objects.resolve(annotation.get('F'));
	return typeof flags !== 'number' || (flags & UNSEEN) === 0;
};

function isTyped(annotation: PdfDict, objects: Objects): boolean {
	const kind = objects.resolve(annotation.get('Subtype'));
	if (kind === '/FreeText') return holdsText(annotation.get('Contents'), objects);
	if (kind !== '/Widget') return false;
	const of = (key: string) => inherited(annotation, key, objects);
	switch (of('FT')) {
		case '/Tx':
		case '/Ch':
			return holdsText(of('V'), objects);
		case '/Btn': {
			const flags = of('Ff');
			const isPushed = typeof flags === 'number' && (flags & PUSHED) !== 0;
			// Of several boxes of one field each says itself whether it is ticked.
			const state = objects.resolve(annotation.get('AS'));
			return !isPushed && typeof state === 'string' && state !== '/Off';
		}
		default:
			return false;
	}
}

/** An entry of a field, or of the one that it is a part of (12.7.3.1). */
function inherited(field: PdfDict, key: string, objects: Objects): PdfValue {
	let at: PdfDict | undefined = field;
	for (let depth = 0; at && depth < DEEPEST; depth++) {
		const value = objects.resolve(at.get(key));
		if (value !== null) return value;
		objects.budget.spend(COST);
		const parent: PdfValue = objects.resolve(at.get('Parent'));
		at = isPdfDict(parent) ? parent : undefined;
	}
	return null;
}

function holdsText(given: PdfValue | undefined, objects: Objects): boolean {
	const value = objects.resolve(given);
	if (value instanceof Stream) return value.bytes.length > 0;
	return [value].flat().some((each) => {
		const text = objects.resolve(each);
		return text instanceof Shown && !text.isBlank();
	});
}
