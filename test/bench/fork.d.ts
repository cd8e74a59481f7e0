/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { ChildProcess } from 'node:child_process';

/** Runs a file of this folder in a process of its own that can be talked to, on the Node that is this program. */
export function forkFile(file: string, nodeOptions: readonly string[], execPath: string): ChildProcess;

/** Writes `key.pem` and `cert.pem`. @throws where this machine has no openssl */
export function makeCertificate(folder: string): void;
