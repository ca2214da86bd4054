// CPU per cancellation through HttpService, beside HttpService with nothing around it, and alone, so that axios' own share is seen.
import { sideBySide } from './side-by-side.mjs';

await sideBySide('http-service', ['axiosAlone', 'bareHttpService', 'httpService', 'httpServiceByPool', 'stripe']);
