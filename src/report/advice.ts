import type { StepAccount } from '../domain/account.ts';
import type { JsonObject } from '../domain/json.ts';

/** The likely cause of what a step came to, and the next step for whoever reads it. */
export interface Advice {
  readonly cause: string;
  readonly next: string;
}

/** A step records its reason and a few facts; what they usually mean depends on where it stands. */
export const advice = (step: StepAccount): Advice => (step.status === 'unknown' ? held(step) : failed(step));

/** A person is asked how to go on. */
function held({ kind, facts }: StepAccount): Advice {
  if (kind === 'bake')
    return {
      cause: 'The bake saw too little to call the release good, or it is told to hold instead of going back.',
      next: 'Read what it saw, then say "greenroom resume" with --retry to watch again, --continue or --go-back.',
    };
  if (kind === 'verify')
    return {
      cause:
        'The release that was brought back serves, and something beside it has changed since it served last: data, a variable, a partner.',
      next: 'Both versions still run. Say "greenroom resume" with --retry to ask again, --continue to stay with it, --go-back to leave it.',
    };
  if (facts['unseen'] === true)
    return {
      cause: 'The driver did not say whether the new version still runs: its API is away, refuses or hangs.',
      next: 'The old version still runs. See that the driver answers, then say "greenroom resume" with --retry.',
    };
  if (facts['byHand'] === true)
    return {
      cause: 'Something beside Greenroom has changed where a proxy sends requests, or several do not serve the same.',
      next: 'Find out who did it and why, then say "greenroom resume" with --retry: it is pointed again and the step goes on.',
    };
  if (facts['ended'] === true && kind === 'drain')
    return {
      cause:
        'The new version passed its bake and ended while the old one was drained, and the bake is told to hold instead of going back.',
      next: `The old version still runs. Read the log of the service that ended${logWords(facts)}, then say "greenroom resume" with --go-back, or with --continue to stay with the new one.`,
    };
  if (facts['ended'] === true)
    return {
      cause: 'The new version ended before the old one was stopped, which is the only one that still runs.',
      next: 'Say "greenroom rollback" with --now to give the old version the traffic back, or "greenroom resume" with --retry once the new one runs again.',
    };
  return {
    cause: 'The step broke or was cut off while it worked, so nobody can tell from here what stands.',
    next: 'Look at what it left, then say so with "greenroom resume".',
  };
}

/** It ended badly. The deployment goes back by itself, unless that is what has failed. */
function failed(step: StepAccount): Advice {
  if (step.kind === 'bake' && step.facts['byHand'] === true)
    return {
      cause:
        'Something beside Greenroom has changed where the proxy sends requests, or what runs. It was not the release that went wrong.',
      next: 'Find out who did it and why, look at "greenroom status", then deploy the release again.',
    };
  if (step.kind === 'bake')
    return {
      cause:
        'The release passed its checks and went wrong under real traffic: other requests, data or load than the checks bring.',
      next: "Read the new version's log from the bake, add a check that would have seen it, and deploy a new release.",
    };
  if (step.kind === 'switch' && step.facts['ended'] === true)
    return {
      cause: `The new version ended between its proof and the switch${endedWords(step)}.`,
      next: `Read the log of the service that ended${logWords(step.facts)}: a crash, too little memory, or somebody who stopped it. Then deploy again.`,
    };
  if (step.kind === 'drain' && step.facts['ended'] === true)
    return {
      cause: 'The new version passed its bake and ended while the old one was drained, when it had all the traffic.',
      next: `Read the log of the service that ended${logWords(step.facts)}: a crash, too little memory, or somebody who stopped it. A longer bake would have seen it too. Then deploy again.`,
    };
  if ((step.kind === 'switch' && step.facts['moved'] === true) || step.kind === 'rehearse-forth')
    return {
      cause:
        'The new version answers otherwise through the public address than when it is asked directly: forwarded headers, public URL, or the proxy itself.',
      next: "Ask the public address by hand, read the new version's log from the switch, and deploy a new release.",
    };
  if (step.kind === 'switch-back')
    return {
      cause: 'Both versions are ill: often the database, a variable, the disk, or something else outside of them.',
      next: 'Repair what ails the old version, then say "greenroom resume" with --retry. The traffic stays where it is until then.',
    };
  if (step.kind === 'admit')
    return {
      cause: 'The release has not earned its way into this environment.',
      next: 'Do what the reason asks, then deploy again.',
    };
  return {
    cause: 'The machine or the traffic switch did not do as it was told.',
    next: 'Run "greenroom doctor", then deploy again.',
  };
}

const endedWords = ({ facts }: StepAccount): string => {
  if (facts['moved'] === undefined) return '';
  return facts['moved'] === true ? ', when it had traffic already' : '. It had no traffic: users were never on it';
};

/** The files, where they are known. */
const logWords = ({ logs }: JsonObject): string =>
  Array.isArray(logs) && logs.length > 0 ? ` (${logs.join(', ')})` : '';
