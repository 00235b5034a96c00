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
  readonly policyHash: string;
}

export interface PromotionQuestion {
  readonly environment: string;
  /** The environment before on the path; null for the first, which needs no proof. */
  readonly previous: string | null;
  readonly releaseRevision: string;
  readonly proof: Proof | null;
  readonly evidenceMaxAgeMs: number;
  /** Conditions of any release of the project that are past their due date and not accepted. */
  readonly overdueConditions: readonly string[];
  /** Place of people's approvals: how many are still missing. Until people can sign in it is 0. */
  readonly approvalsMissing: number;
  readonly at: number;
}

/** Why a release may not enter an environment; empty when it may. */
export function promotionObstacles(question: PromotionQuestion): readonly Failure[] {
  const { previous, proof, environment } = question;
  const obstacles: Failure[] = [];
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

function proofObstacles(previous: string, proof: Proof | null, question: PromotionQuestion): readonly Failure[] {
  const again = `Run "greenroom deploy ${previous}" with this release.`;
  if (!proof || proof.verdict === null || proof.releaseRevision !== question.releaseRevision)
    return [{ code: 'GR4101', message: `This release has no verdict in ${previous}.`, do: again }];
  if (proof.verdict.decision === 'no-go')
    return [
      {
        code: 'GR4102',
        message: `The verdict of ${previous} is NO-GO.`,
        do: 'Read "greenroom why", repair it, and deploy a new release.',
      },
    ];
  if (!proof.wentLive) return [{ code: 'GR4103', message: `The release did not stay live in ${previous}.`, do: again }];
  if (question.at - proof.verdict.decidedAt > question.evidenceMaxAgeMs)
    return [{ code: 'GR4104', message: `The verdict of ${previous} is too old.`, do: again }];
  return proof.verdict.conditions
    .filter((condition) => !proof.acceptedConditions.includes(condition.id))
    .map((condition) => ({
      code: 'GR4107',
      message: `The condition "${condition.id}" of ${previous} is not accepted.`,
      do: `Run "greenroom accept ${condition.id}".`,
    }));
}
