/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { randomBytes } from 'node:crypto';
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { choosePort } from '../../../scripts/host/checks';
import { cleanEnvironment } from '../../../scripts/host/environment';
import { installNode } from '../../../scripts/host/package';
import { places } from '../../../scripts/host/places';
import { startProgram, type Program } from '../../../scripts/host/programs';
import { isReady, settings } from '../../../scripts/host/server';
import type { NodeForN8n } from '../../../scripts/host/node';
import type { Endings } from '../support/endings';
import { waitFor } from '../support/report';
import { copyMedia, makeFolder } from '../support/world';
import { killProgramIn } from './kill';
import type { Postgres } from './databases';

const START_SECONDS = 120;
/** A dead worker's executions are noticed after this many milliseconds; n8n's own preset is a minute. */
const LOCK = 6000;

/** One process of n8n, as on a machine of its own. */
export interface Member {
	readonly name: string;
	readonly url: string;
	readonly program: Program;
	log(): string;
	/** As when its machine loses power. */
	kill(): Promise<void>;
}

export interface ClusterOptions {
	readonly node: NodeForN8n;
	readonly redisPort: number;
	readonly postgres: Postgres;
	readonly endings: Endings;
	readonly signal: AbortSignal;
}

/** n8n's queue mode: a main that takes orders, workers that carry them out, and processors of what comes over the web. */
export class Cluster {
	private readonly encryptionKey = randomBytes(24).toString('base64url');
	private hasWebhooks = false;

	private constructor(
		private readonly options: ClusterOptions,
		private readonly packed: string,
		readonly mediaFolder: string,
		/** Of the first processor of webhooks, which stands for the balancer in front of a real cluster. */
		private readonly webhookPort: number,
	) {}

	static async prepare(options: ClusterOptions): Promise<Cluster> {
		const packed = await makeFolder(options.endings, 'queue');
		await installNode(packed, options.signal);
		return new Cluster(options, packed, await copyMedia(packed), await choosePort(5850));
	}

	async startMain(): Promise<Member> {
		const port = await choosePort(5800);
		return await this.start('main', ['start'], port, port);
	}

	async startWorker(name: string): Promise<Member> {
		const healthPort = await choosePort(5810);
		return await this.start(name, ['worker', '--concurrency=10'], await choosePort(5820), healthPort);
	}

	async startWebhookProcessor(name: string): Promise<Member> {
		const isFirst = !this.hasWebhooks;
		this.hasWebhooks = true;
		const port = isFirst ? this.webhookPort : await choosePort(5860);
		return await this.start(name, ['webhook'], port, port);
	}

	private async start(name: string, command: readonly string[], port: number, healthPort: number): Promise<Member> {
		const { node, redisPort, postgres, endings, signal } = this.options;
		const userFolder = path.join(this.packed, name);
		await mkdir(userFolder, { recursive: true });
		const nodes = path.join('.n8n', 'nodes');
		await cp(path.join(this.packed, nodes), path.join(userFolder, nodes), { recursive: true });
		const own = settings({ node, userFolder, mediaFolder: this.mediaFolder, port, signal }, await choosePort(5830));
		let said = '';
		const program = startProgram(node.program, [places.n8n, ...command], {
			cwd: userFolder,
			env: cleanEnvironment(process.env, node.program, {
				...own,
				N8N_ENCRYPTION_KEY: this.encryptionKey,
				N8N_DEFAULT_BINARY_DATA_MODE: 'database',
				EXECUTIONS_MODE: 'queue',
				// What n8n gives out as its address for the web is the processor's; the main takes none of it.
				WEBHOOK_URL: `http://127.0.0.1:${this.webhookPort}/`,
				N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true',
				OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
				QUEUE_BULL_REDIS_HOST: '127.0.0.1',
				QUEUE_BULL_REDIS_PORT: String(redisPort),
				QUEUE_WORKER_LOCK_DURATION: String(LOCK),
				QUEUE_WORKER_LOCK_RENEW_TIME: String(LOCK / 3),
				QUEUE_WORKER_STALLED_INTERVAL: String(LOCK / 2),
				QUEUE_HEALTH_CHECK_ACTIVE: 'true',
				QUEUE_HEALTH_CHECK_PORT: String(healthPort),
				DB_TYPE: 'postgresdb',
				DB_POSTGRESDB_HOST: '127.0.0.1',
				DB_POSTGRESDB_PORT: String(postgres.port),
				DB_POSTGRESDB_USER: postgres.user,
				DB_POSTGRESDB_DATABASE: 'postgres',
			}),
			onOutput: (text) => (said += text),
		});
		endings.add(async () => await program.stop());
		const url = `http://127.0.0.1:${healthPort}`;
		let code: number | undefined;
		void program.ended.then((ended) => (code = ended));
		await waitFor(`the start of n8n's ${name}`, START_SECONDS, async () => {
			if (code !== undefined) throw new Error(`n8n's ${name} ended with code ${code}:\n${said.slice(-3000)}`);
			return (await isReady(url)) || undefined;
		});
		const kill = async () => {
			await killProgramIn(userFolder);
			await program.ended;
		};
		return { name, url, program, log: () => said, kill };
	}
}
