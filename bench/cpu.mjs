// CPU per cancellation, with the journal in memory.
import { sideBySide } from './side-by-side.mjs';

await sideBySide('cpu', ['pool', 'direct', 'stripe', 'portone', 'handWritten']);
