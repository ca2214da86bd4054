import { describe, expect, it } from '@jest/globals';
import { GroupCommit, type ItemResult } from '../../lib/sql/group-commit.js';

/** A store whose writes are finished by hand. */
function openStore(atMost = 3) {
  const batches: string[][] = [];
  const finish: ((error?: Error) => void)[] = [];
  const commit = new GroupCommit<string, string>(
    (batch) => {
      batches.push([...batch]);
      return new Promise<readonly ItemResult<string>[]>((resolve, reject) => {
        finish.push((error) => {
          if (error === undefined)
            resolve(batch.map((item) => (item.startsWith('bad') ? { error: item } : { value: `${item}!` })));
          else reject(error);
        });
      });
    },
    (item) => item.split('.')[0] ?? '',
    atMost,
  );
  const done: string[] = [];
  const add = (item: string): Promise<void> =>
    commit.add(item).then(
      (result) => void done.push(result),
      (error: unknown) => void done.push(`failed: ${String(error)}`),
    );
  return { batches, finish, add, done };
}
/** A batch is put together within a turn of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('GroupCommit', () => {
  it('goes on beside an item that is written later', async () => {
    let write: (value: string) => void = () => undefined;
    const later = new Promise<string>((resolve) => (write = resolve));
    const commit = new GroupCommit<string, string>(
      (batch) => Promise.resolve(batch.map((item) => ({ value: item === 'late' ? later : item }))),
      (item) => item,
      3,
    );
    const done: string[] = [];
    const late = commit.add('late').then((value) => done.push(value));
    done.push(await commit.add('a'), await commit.add('b'));
    write('late');
    await late;
    expect(done).toEqual(['a', 'b', 'late']);
  });

  it('writes at once what comes alone, and together what came meanwhile', async () => {
    const { batches, finish, add, done } = openStore();
    void add('a');
    await settle();
    void add('b');
    void add('c');
    await settle();
    expect(batches).toEqual([['a']]);
    finish[0]?.();
    await settle();
    expect(done).toEqual(['a!']);
    expect(batches).toEqual([['a'], ['b', 'c']]);
    finish[1]?.();
    await settle();
    expect(done).toEqual(['a!', 'b!', 'c!']);
  });

  it('resolves nothing before its batch is written', async () => {
    const { finish, add, done } = openStore();
    void add('a');
    void add('b');
    await settle();
    expect(done).toEqual([]);
    finish[0]?.();
    await settle();
    expect(done).toEqual(['a!', 'b!']);
  });

  it('puts no two items of one key in one batch, keeps their order, and keeps batches small', async () => {
    const { batches, finish, add } = openStore(2);
    for (const item of ['a.1', 'a.2', 'b.1', 'a.3', 'c.1']) void add(item);
    for (let batch = 0; batch < 4; batch++) {
      await settle();
      finish[batch]?.();
    }
    await settle();
    expect(batches).toEqual([['a.1', 'b.1'], ['a.2', 'c.1'], ['a.3']]);
  });

  it('fails those alone that failed, and all of a batch that was not written, and goes on', async () => {
    const { finish, add, done } = openStore();
    void add('a');
    void add('bad');
    await settle();
    finish[0]?.();
    await settle();
    expect(done).toEqual(['a!', 'failed: bad']);
    void add('b');
    void add('c');
    await settle();
    finish[1]?.(new TypeError('gone'));
    await settle();
    expect(done.slice(2)).toEqual(['failed: TypeError: gone', 'failed: TypeError: gone']);
    void add('d');
    await settle();
    finish[2]?.();
    await settle();
    expect(done.at(-1)).toBe('d!');
  });
});
