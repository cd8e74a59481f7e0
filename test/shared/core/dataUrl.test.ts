import { asDataUrl, dataUrlBytes, dataUrlType, isDataUrl } from '../../../nodes/shared/core/dataUrl';

const isOne = isDataUrl;

it.each([
	'data:image/png;base64,iVBORw0KGgo=',
	' "data:image/png;base64,iVBORw0KGgo="',
	'data: image/svg+xml ; charset=utf-8 ; base64 ,PHN2Zz4=',
	'DATA:;BASE64,iVBORw0KGgo=',
	'image/jpeg;base64,/9j/4AAQ',
	';base64,/9j/4AAQ',
	'data:image/svg+xml;utf8,<svg/>',
	'data:text/plain,hello',
	'data:image/png;name="a,b.png";base64,iVBORw0KGgo=',
	'audio/wav;filename="x;base64,y.wav";codecs=1;base64,UklGRg==',
	'data:application/pdf;name=a, b.pdf;base64,JVBERg==',
	`data:text/plain;note="1, 2",hello`,
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

it.each([
	['data:image/png;name="a,b.png";base64,aGk=', 'hi', 'image/png;name="a,b.png";base64'],
	['image/png;name="a;base64,b.png";base64,aGk=', 'hi', 'image/png;name="a;base64,b.png";base64'],
	[' "data:audio/wav;filename=one, two, three.wav;base64,aGk="', 'hi', 'audio/wav;filename=one, two, three.wav;base64'],
	['data:text/plain;note="1, 2",h%69, "you"', 'hi, "you"', 'text/plain;note="1, 2"'],
	['data:text/plain;charset=utf-8,a;base64,aGk=', 'a;base64,aGk=', 'text/plain;charset=utf-8'],
	['data:text/plain;x=",hello', 'hello', 'text/plain;x="'],
])('%s is cut where its content begins', (text, content, type) => {
	expect(dataUrlBytes(text)?.toString()).toBe(content);
	expect(dataUrlType(text)).toBe(type);
});

it.each([
	['data:image/png;base64,aGk=', 'data:image/png;base64,aGk='],
	['\n "image/png;base64,aGk=" ', 'data:image/png;base64,aGk='],
	[';base64,aGk=', 'data:;base64,aGk='],
	['base64,aGk=', 'data:;base64,aGk='],
	['data:audio/webm;codecs=opus;base64,aGk=', 'data:audio/webm;codecs=opus;base64,aGk='],
	['data:image/png;name="a, b.png";base64,aGk=', 'data:image/png;base64,aGk='],
	['data:image/svg+xml,<svg a="b, c"/>', 'data:image/svg+xml,<svg a="b, c"/>'],
	['image/png', undefined],
	['data', undefined],
	['see data:image/png;base64,aGk=', undefined],
])('%j is sent as %j', (text, sent) => {
	expect(asDataUrl(text)).toBe(sent);
});

it('gives its bytes', () => {
	expect(dataUrlBytes('data:image/png;base64,aGk=')?.toString()).toBe('hi');
	expect(dataUrlBytes('data:text/plain,h%69')?.toString()).toBe('hi');
	expect(dataUrlBytes('aGk=')).toBeUndefined();
});
