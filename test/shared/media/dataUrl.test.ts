import { dataUrlBytes, isDataUrl } from '../../../nodes/shared/media/dataUrl';

const isOne = (text: string) => isDataUrl(Buffer.from(text));

it.each([
	'data:image/png;base64,iVBORw0KGgo=',
	' "data:image/png;base64,iVBORw0KGgo="',
	'data: image/svg+xml ; charset=utf-8 ; base64 ,PHN2Zz4=',
	'DATA:;BASE64,iVBORw0KGgo=',
	'image/jpeg;base64,/9j/4AAQ',
	';base64,/9j/4AAQ',
	'data:image/svg+xml;utf8,<svg/>',
	'data:text/plain,hello',
])('%s is a data URL', (text) => {
	expect(isOne(text)).toBe(true);
});

it.each([
	'<svg xmlns="http://www.w3.org/2000/svg"><image href="data:image/png;base64,iVBORw0KGgo="/></svg>',
	'<svg><style>@font-face{src:url(data:font/woff2;base64,d09GMg)}</style></svg>',
	'Notes: the attachment comes in base64, see below',
	'name;base64,size\nlogo.png;iVBOR,12',
	'See image/png\n;base64, and so on',
	'data, base64, and so on',
	'{"data":"data:image/png;base64,iVBORw0KGgo="}',
	'',
	',',
])('%s is another text', (text) => {
	expect(isOne(text)).toBe(false);
});

it('gives its bytes', () => {
	expect(dataUrlBytes('data:image/png;base64,aGk=')?.toString()).toBe('hi');
	expect(dataUrlBytes('data:text/plain,h%69')?.toString()).toBe('hi');
	expect(dataUrlBytes('aGk=')).toBeUndefined();
});
