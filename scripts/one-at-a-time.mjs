import { existsSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';

/** Does work while no other process works under this lock: a link that names the process which holds it. */
export async function oneAtATime(lock, patienceMs, work) {
  const giveUp = Date.now() + patienceMs;
  while (!take(lock)) {
    if (Date.now() > giveUp) throw new Error(`Another process has been at it for too long. If there is none, delete ${lock}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock) {
  try {
    symlinkSync(String(process.pid), lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  try {
    if (!existsSync(`/proc/${readlinkSync(lock)}`)) rmSync(lock, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return false;
}
