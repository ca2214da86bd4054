/** A connection as code of the shop's gets it, and what ends that. */
export interface Gate<Connection> {
  readonly connection: Connection;
  close(): void;
}

/**
 * Puts a gate before a connection that the journal lends to code of the shop's: once closed, nothing can be done by it, whoever
 * has kept it; and whoever has it cannot give it back.
 * @param stillAllowed whether a call may pass all the same.
 */
export function gateTo<Connection extends object>(
  connection: Connection,
  stillAllowed: (name: string | symbol, given: readonly unknown[]) => boolean = () => false,
): Gate<Connection> {
  let isOpen = true;
  const lent = new Proxy(connection, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        const isGivenBack = name === 'release' && !stillAllowed(name, given);
        if (isGivenBack) return undefined;
        if (isOpen || stillAllowed(name, given)) return Reflect.apply(value, target, given);
        // As the connection's own methods do: one that answers later rejects.
        const error = new Error('This transaction has ended.');
        return name === 'query' || name === 'execute' ? Promise.reject(error) : raise(error);
      };
    },
  });
  return { connection: lent, close: () => (isOpen = false) };
}

function raise(error: Error): never {
  throw error;
}
