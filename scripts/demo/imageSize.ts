const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** JPEG segments that hold the size: all SOF markers, without DHT (c4), JPG (c8) and DAC (cc). */
const isSizeMarker = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Width and height of a PNG or JPEG, for the table; undefined for anything else. */
export function imageSize(bytes: Buffer): { width: number; height: number } | undefined {
	if (bytes.length >= 24 && bytes.subarray(0, 8).equals(PNG)) {
		return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
	}
	if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
	let position = 2;
	while (position + 9 < bytes.length && bytes[position] === 0xff) {
		if (isSizeMarker(bytes[position + 1] ?? 0)) {
			return { width: bytes.readUInt16BE(position + 7), height: bytes.readUInt16BE(position + 5) };
		}
		position += 2 + bytes.readUInt16BE(position + 2);
	}
	return undefined;
}
