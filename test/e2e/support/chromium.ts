/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { showStep } from '../../../scripts/host/progress';
import { installDebianPackages } from './debian';
import type { Endings } from './endings';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const findChromium = (): string | undefined => PROGRAMS.find((program) => existsSync(program));

/** Debian's Chromium, installed when it is missing. */
export async function startChromium(endings: Endings, signal: AbortSignal): Promise<Browser> {
	if (findChromium() === undefined) {
		await showStep('Installing Chromium', async () => await installDebianPackages(['chromium'], signal));
	}
	const browser = await chromium.launch({
		executablePath: findChromium(),
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
	endings.add(async () => await browser.close());
	return browser;
}
