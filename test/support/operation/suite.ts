import type { AnyOperation } from '../../../nodes/shared/core/operation';
import { openWorld, type World } from '../world';
import { testAnswers } from './answers';
import { testBadInput } from './badInput';
import { testDryRun } from './dryRun';
import { Subject, type Example } from './example';
import { testExtraFields } from './extraFields';
import { testFaults } from './faults';
import { testFiles } from './files';
import { MINE } from './key';
import { testModelSchema } from './modelSchema';
import { testNames } from './names';
import { register } from './registry';
import { testRequests } from './requests';
import { testSecrets } from './secrets';
import { testTogether } from './together';
import { testWaits } from './waits';

/**
 * Tests all that holds for every operation, with the example that its own test file gives: what is asked and how often,
 * pairing and order, usage, Simplify, dry run, bad input, hostile values, output schema, faults, Stop.
 * Which of these apply follows from the operation's data, never from its name.
 */
export function testOperation(operation: AnyOperation, example: Example): Subject {
	const subject = new Subject(operation, example);
	register(subject);
	describe(subject.name, () => {
		testNames(subject);
		describe('in the engine', () => {
			let world: World;
			const of = () => world;
			beforeAll(async () => (world = await openWorld({ apiKey: MINE })));
			afterAll(async () => await world.close());
			beforeEach(() => {
				world.emulator.requests.length = 0;
				world.service.requests.length = 0;
			});
			testRequests(subject, of);
			testAnswers(subject, of);
			testBadInput(subject, of);
			testModelSchema(subject, of);
			testDryRun(subject, of);
			testExtraFields(subject, of);
			testFaults(subject, of);
			testWaits(subject, of);
			testSecrets(subject, of);
		});
		testTogether(subject);
		testFiles(subject);
	});
	return subject;
}
