// CPU and event-loop delay of the durable path, beside the same without a disk, and stripe-node, which writes nothing.
import { sideBySide } from './side-by-side.mjs';

await sideBySide('durable', ['pool', 'direct', 'durable', 'durableByDriver', 'stripe']);
