import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { selectors } from 'playwright-core';
import type { Login } from '../../../scripts/host/login';
import { Failure } from '../../../scripts/host/failure';
import { ensure, waitFor } from '../support/report';
import { NODE_TYPE } from '../support/world';

// n8n's editor marks what it shows with this attribute.
selectors.setTestIdAttribute('data-test-id');

export type Theme = 'light' | 'dark';

/** How long anything on the page may take to appear. */
const PATIENCE = 15_000;
export const WINDOW = { width: 1440, height: 900 };

/** n8n's editor in a browser, as a user sees it and works with it. */
export class Editor {
	/** What went wrong behind the page: errors of scripts, and requests to n8n that failed. */
	private readonly troubles: string[] = [];

	private constructor(
		readonly page: Page,
		private readonly context: BrowserContext,
		private readonly url: string,
	) {
		page.on('pageerror', ({ message }) => this.troubles.push(`script error: ${message}`));
		page.on('console', (message) => {
			const { url: source } = message.location();
			// What is not on this machine is refused below, which the browser reports as an error.
			if (message.type() !== 'error' || (source !== '' && !this.isOurs(source))) return;
			this.troubles.push(`console error: ${message.text()} (${source})`);
		});
		page.on('response', (response) => {
			if (response.status() >= 400 && this.isOurs(response.url())) {
				this.troubles.push(`status ${response.status()} of ${response.url()}`);
			}
		});
	}

	/** Some of n8n's own nodes lack the output schema that its editor asks for. */
	private isOurs(address: string): boolean {
		return address.startsWith(this.url) && !address.includes('/schemas/n8n-nodes-base.');
	}

	/** Opens a browser window with the theme that the user's system asks for, signed in. */
	static async open(browser: Browser, url: string, login: Login, theme: Theme): Promise<Editor> {
		const context = await browser.newContext({ viewport: WINDOW, colorScheme: theme, reducedMotion: 'reduce' });
		context.setDefaultTimeout(PATIENCE);
		await context.route(
			(address) => address.origin !== new URL(url).origin,
			async (route) => await route.abort(),
		);
		const answer = await context.request.post(`${url}/rest/login`, {
			data: { emailOrLdapLoginId: login.email, password: login.password },
		});
		ensure(answer.ok(), `n8n does not let the owner in (status ${answer.status()})`);
		return new Editor(await context.newPage(), context, url);
	}

	/** Without the node every check would fail, each for a reason that says nothing. */
	async checkNodeIsKnown(): Promise<void> {
		const answer = await this.context.request.get(`${this.url}/types/nodes.json`);
		if ((await answer.text()).includes(NODE_TYPE)) return;
		throw new Failure(
			`n8n did not load the node ${NODE_TYPE} from the packed package.`,
			'Run "npm run demo", which may tell more; something that builds at the same time empties dist/ for a while.',
		);
	}

	async close(): Promise<void> {
		await this.context.close();
	}

	/** @throws when something went wrong behind the page since the last call */
	ensureNoTroubles(): void {
		const found = this.troubles.splice(0);
		ensure(found.length === 0, `behind the page:\n${found.join('\n')}`);
	}

	/** Forgets failed requests that a check provoked on purpose. */
	forgetTroubles(): void {
		this.troubles.length = 0;
	}

	part(id: string): Locator {
		return this.page.getByTestId(id);
	}

	async openNewWorkflow(): Promise<void> {
		await this.page.goto(`${this.url}/workflow/new`, { waitUntil: 'domcontentloaded' });
		await this.part('canvas-add-button').waitFor();
	}

	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${id}`, { waitUntil: 'domcontentloaded' });
		await this.part('canvas-node').first().waitFor();
	}

	/** Opens the panel of nodes and types into its search; resolves to the names that it then lists. */
	async searchNodes(query: string): Promise<string[]> {
		if (!(await this.part('node-creator').isVisible())) {
			await this.part('canvas-plus-button').or(this.part('node-creator-plus-button')).first().click();
		}
		await this.part('node-creator-search-bar').fill(query);
		await this.part('node-creator-item-name').getByText('DeepInfra', { exact: true }).first().waitFor();
		return await this.part('node-creator-item-name').allInnerTexts();
	}

	async addNode(action: string): Promise<void> {
		await this.searchNodes('deepinfra');
		await this.part('node-creator-item-name').getByText('DeepInfra', { exact: true }).first().click();
		const listed = this.part('node-creator-item-name').getByText(action, { exact: true });
		// In an empty workflow the triggers are open and the other actions folded.
		const actions = this.part('node-creator-category-item').getByText(/^Actions/);
		await listed.or(actions).first().waitFor();
		if (!(await listed.isVisible())) await actions.first().click();
		await listed.click();
		await this.part('ndv').waitFor();
	}

	async openNode(name: string): Promise<void> {
		await this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
		await this.part('ndv').waitFor();
	}

	async closeNode(): Promise<void> {
		await this.part('ndv-close-button').click();
		await this.part('ndv').waitFor({ state: 'hidden' });
	}

	/** A field of the node itself; those that a model brings along may have the same name. */
	field(name: string): Locator {
		const own = `[data-test-id="parameter-input-${name}"]:not([data-test-id="mapping-fields-container"] *)`;
		return this.part('ndv').locator(own);
	}

	async fill(name: string, text: string): Promise<void> {
		await this.field(name).locator('textarea, input').first().fill(text);
	}

	/** Opens a dropdown; resolves to the names of its options. */
	async openDropdown(name: string): Promise<string[]> {
		const options = this.visibleOptions();
		// The dropdown before this one takes a moment to go.
		await options.first().waitFor({ state: 'hidden' });
		await this.field(name).locator('input').first().click();
		await options.first().waitFor();
		const texts = await options.allInnerTexts();
		return texts.map((text) => text.trim().split('\n')[0] ?? '');
	}

	/** Opens a dropdown and closes it again; resolves to the names of its options. */
	async readDropdown(name: string): Promise<string[]> {
		const names = await this.openDropdown(name);
		await this.field(name).locator('input').first().click();
		await this.visibleOptions().first().waitFor({ state: 'hidden' });
		return names;
	}

	async choose(name: string, option: string): Promise<void> {
		await this.openDropdown(name);
		await this.visibleOptions()
			.filter({ has: this.page.getByText(option, { exact: true }) })
			.first()
			.click();
		await this.visibleOptions().first().waitFor({ state: 'hidden' });
	}

	/** Opens "Add Option"; resolves to what can be added. */
	async openOptions(): Promise<string[]> {
		await this.part('collection-parameter-add').locator('input, button').first().click();
		const options = this.page.locator('[data-test-id="collection-parameter-option"]:visible');
		await options.first().waitFor();
		const names = await options.allInnerTexts();
		await this.page.keyboard.press('Escape');
		await options.first().waitFor({ state: 'hidden' });
		return names.map((name) => name.trim());
	}

	private visibleOptions(): Locator {
		return this.page.locator('[data-test-id="parameter-input-item"]:visible');
	}

	/** Opens the list of models and types into its search; resolves to the names that it then lists. */
	async searchModels(query: string): Promise<string[]> {
		if (!(await this.part('rlc-search').isVisible())) await this.part('rlc-input').first().click();
		await this.part('rlc-search').fill(query);
		const items = this.part('rlc-item');
		// The list that was there before goes when the new one has come.
		return await waitFor(`the list of models for "${query}"`, PATIENCE / 1000, async () => {
			const names = await items.allInnerTexts();
			const fits = names.every((name) => name.toLowerCase().includes(query.toLowerCase()));
			return names.length > 0 && fits ? names : undefined;
		});
	}

	/** The rows of the open list whose price n8n cuts off. */
	async readCutPrices(): Promise<string[]> {
		return await this.part('rlc-item').evaluateAll((rows) =>
			rows.flatMap((row) => {
				const label = row.querySelector('span');
				const text = label?.firstChild;
				const price = /(free|(about )?\$[\d.]+(\/\$[\d.]+)?)(?= |$)/.exec(text?.textContent ?? '');
				if (!label || !text || !price) return [];
				const range = label.ownerDocument.createRange();
				range.setStart(text, price.index);
				range.setEnd(text, price.index + price[0].length);
				const isCut = range.getBoundingClientRect().right > label.getBoundingClientRect().right;
				return isCut ? [text.textContent ?? ''] : [];
			}),
		);
	}

	async chooseModel(query: string, name: string): Promise<void> {
		await this.searchModels(query);
		await this.part('rlc-item').filter({ hasText: name }).first().click();
		await this.part('rlc-search').waitFor({ state: 'hidden' });
	}

	/** The model that the field shows. */
	async shownModel(): Promise<string> {
		return await this.part('rlc-input-container').locator('input').first().inputValue();
	}

	async chooseModelById(id: string): Promise<void> {
		await this.part('rlc-mode-selector').click();
		await this.part('mode-id').click();
		await this.part('rlc-input-container').locator('input').fill(id);
	}

	/** Runs the open node and waits until it succeeded or failed. */
	async runNode(): Promise<'success' | 'error'> {
		await this.part('node-execute-button').click();
		const succeeded = this.output.getByTestId('node-run-status-success');
		const failed = this.output.getByTestId('node-run-status-danger');
		await succeeded.or(failed).first().waitFor();
		return (await succeeded.isVisible()) ? 'success' : 'error';
	}

	get output(): Locator {
		return this.part('output-panel');
	}

	/** A notice covers what lies below it. */
	async closeNotices(): Promise<void> {
		const close = this.page.locator('.el-notification__closeBtn');
		while ((await close.count()) > 0) {
			await close.first().click();
			await close.first().waitFor({ state: 'hidden' });
		}
	}
}
