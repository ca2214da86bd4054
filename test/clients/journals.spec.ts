import { describeEngines } from '../engines/describe-engines.js';
import { clientCases } from '../sql/client-cases.js';
import { clients } from './clients.js';
import { connecting } from './open/shops-client.js';

for (const [name, open] of Object.entries(clients)) {
  describeEngines(`A journal by ${name}`, (engine) => clientCases(engine, connecting(open)));
}
