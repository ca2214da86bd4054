// CPU per cancellation through HttpService, beside HttpService with nothing around it, so that axios' own share is seen.
import { sideBySide } from './side-by-side.mjs';

await sideBySide('http-service', ['pool', 'bareHttpService', 'httpService', 'httpServiceByPool', 'stripe']);
