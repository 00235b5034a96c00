import type { Failure } from './failure.ts';
import type { Verdict } from './verdict.ts';

/** What is known of a release in the environment before, when somebody asks to promote it. */
export interface Proof {
  readonly environment: string;
  readonly releaseRevision: string;
  readonly verdict: Verdict | null;
  /** The deployment went live there. */
  readonly wentLive: boolean;
  readonly acceptedConditions: readonly string[];
  /** Why the log does not bear this out; null when it does. */
  readonly bent: string | null;
  /** Latest moment that verdict and log name since this proof began: the clocks have been there. */
  readonly latestAt: number;
}

export interface PromotionQuestion {
  readonly environment: string;
  /** The environment before on the path; null for the first, which needs no proof. */
  readonly previous: string | null;
  readonly releaseRevision: string;
  readonly configuration: ConfigurationQuestion;
  readonly proof: Proof | null;
  readonly evidenceMaxAgeMs: number;
  /** Conditions of any release of the project that are past their due date and not accepted. */
  readonly overdueConditions: readonly string[];
  /** Place of people's approvals: how many are still missing. Until people can sign in it is 0. */
  readonly approvalsMissing: number;
  /** Now, by this machine's clock and by that of the database: an age holds by both. */
  readonly at: number;
  readonly databaseAt: number;
}

export interface ConfigurationQuestion {
  /** Hash that the release was made with, and of greenroom.yaml as it is asked to run under now. */
  readonly pinned: string;
  readonly asked: string;
  /** Places that differ, as far as they are known. */
  readonly changed: readonly string[];
}

/** Clocks of machines that follow a time server differ by less. */
const clockToleranceMs = 60_000;

/** Why a release may not enter an environment; empty when it may. */
export function promotionObstacles(question: PromotionQuestion): readonly Failure[] {
  const { previous, proof, environment } = question;
  const obstacles: Failure[] = [...configurationObstacles(question)];
  if (previous !== null) obstacles.push(...proofObstacles(previous, proof, question));
  for (const condition of question.overdueConditions)
    obstacles.push({
      code: 'GR4105',
      message: `The condition "${condition}" is overdue.`,
      do: `Settle it, then accept it with "greenroom accept ${condition}".`,
    });
  if (question.approvalsMissing > 0)
    obstacles.push({
      code: 'GR4106',
      message: `${question.approvalsMissing} approvals are missing for ${environment}.`,
      do: 'Ask those who may approve.',
    });
  return obstacles;
}

/** What was proven is bytes and how they are run and asked: with another command or other checks it is another release. */
function configurationObstacles({ configuration, previous, environment }: PromotionQuestion): readonly Failure[] {
  const { pinned, asked, changed } = configuration;
  if (pinned === asked) return [];
  const places = changed.length > 0 ? `: ${changed.slice(0, 5).join(', ')}${changed.length > 5 ? ' …' : ''}` : '';
  return [
    {
      code: 'GR4109',
      message: `greenroom.yaml has changed since this release was made${places}.`,
      do: `Make a release of it as it is now and prove that one: "greenroom deploy ${previous ?? environment}". Or put the file back.`,
    },
  ];
}

function proofObstacles(previous: string, proof: Proof | null, question: PromotionQuestion): readonly Failure[] {
  const again = `Run "greenroom deploy ${previous}" with this release.`;
  if (!proof || proof.verdict === null || proof.releaseRevision !== question.releaseRevision)
    return [{ code: 'GR4101', message: `This release has no verdict in ${previous}.`, do: again }];
  if (proof.bent !== null)
    return [
      {
        code: 'GR4111',
        message: `What ${previous} says of this release is not what was recorded: ${proof.bent}.`,
        do: `Find out who changed the database, then prove the release again: "greenroom deploy ${previous}".`,
      },
    ];
  if (proof.verdict.decision === 'no-go')
    return [
      {
        code: 'GR4102',
        message: `The verdict of ${previous} is NO-GO.`,
        do: 'Read "greenroom why", repair it, and deploy a new release.',
      },
    ];
  if (!proof.wentLive) return [{ code: 'GR4103', message: `The release did not stay live in ${previous}.`, do: again }];
  const [earliest, latest] = [Math.min(question.at, question.databaseAt), Math.max(question.at, question.databaseAt)];
  if (Math.max(proof.latestAt, proof.verdict.decidedAt) - earliest > clockToleranceMs)
    return [
      {
        code: 'GR4113',
        message: `How old the verdict of ${previous} is cannot be told: by the log it is later than now, so a clock was or is wrong.`,
        do: `Set the clocks right ("greenroom doctor" compares them), then prove the release again: "greenroom deploy ${previous}".`,
      },
    ];
  if (latest - proof.verdict.decidedAt > question.evidenceMaxAgeMs)
    return [{ code: 'GR4104', message: `The verdict of ${previous} is too old.`, do: again }];
  return proof.verdict.conditions
    .filter((condition) => !proof.acceptedConditions.includes(condition.id))
    .map((condition) => ({
      code: 'GR4107',
      message: `The condition "${condition.id}" of ${previous} is not accepted.`,
      do: `Run "greenroom accept ${condition.id}".`,
    }));
}
