/**
 * What else a busy machine does may cost a test with a limit in time a second try; the log then says what was missed.
 * What fails three times is a defect. A property gets none: what it found once is wrong.
 */
if (!expect.getState().testPath.endsWith('.property.test.ts')) jest.retryTimes(2, { logErrorsBeforeRetry: true });
