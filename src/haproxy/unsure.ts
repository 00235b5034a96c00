import { fail } from '../domain/failure.ts';
import { haproxyProcesses } from './haproxy-processes.ts';
import { proxyInWords } from './proxy-name.ts';

/** Throws GR7403: nobody can tell what this HAProxy does. The way out stands in the message, since a held deployment shows nothing else. */
export function failUnsure(directory: string, reason: string): never {
  const isThere = haproxyProcesses(directory).length > 0;
  const wayOut = isThere
    ? ' When it hangs, end that process: it is brought up again with what it was pointed to last.'
    : '';
  return fail({
    code: 'GR7403',
    message: `${proxyInWords(directory)} gave no sure answer: ${reason}.${wayOut}`,
    where: directory,
    do: `${isThere ? 'End it with "kill -9" when it hangs. ' : ''}"greenroom resume" brings it up where nothing is in progress; a deployment that is held goes on with "greenroom resume <environment> --retry".`,
  });
}
