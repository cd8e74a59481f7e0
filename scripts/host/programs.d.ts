export interface Program {
	/** The exit code; 127 when it could not be started. Never rejects. */
	readonly ended: Promise<number>;
	/** Ends the program and everything it started; resolves when they are gone. */
	stop(): Promise<void>;
}

export interface ProgramOptions {
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	/** Pieces of standard output and standard error, as they come. */
	readonly onOutput: (text: string) => void;
}

/** Starts a program that cannot outlive this process. */
export function startProgram(command: string, args: readonly string[], options: ProgramOptions): Program;
