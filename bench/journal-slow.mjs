// The journal in SQLite on a disk that takes 2 ms longer to confirm what was written, as disks in data centres do. Needs a C compiler.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SLOW_SYNC_MS = process.env.SLOW_SYNC_MS ?? '2';
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'kicc-bench-'));
const library = join(directory, 'slow-sync.so');
execFileSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O2', '-o', library, here('slow-sync.c'), '-ldl']);
const env = { ...process.env, LD_PRELOAD: library, SLOW_SYNC_MS, ENGINES: 'sqlite', RESULT: 'journal-slow' };
execFileSync(process.execPath, [here('journal.mjs')], { env, stdio: 'inherit' });
rmSync(directory, { recursive: true });
