import { RpcError } from '../../shared/rpc';
import { phrase } from '../../shared/phrase';
import { isObject } from '../../shared/json';

/** More rows than any plan that a view can show. */
const MOST_IDS = 1_000_000;

const refused = (what: string): RpcError =>
  new RpcError({
    code: 'bad-message',
    message: phrase`The view sent a message whose ${what} is wrong.`,
  });

/** Refuses parameters where none belong. */
export function nothing(params: unknown): void {
  if (params !== undefined && params !== null) throw refused('parameters');
}

/** The ids that a view sent. */
export function idsParam(params: unknown): readonly string[] {
  const ids: unknown = isObject(params) ? params.ids : undefined;
  if (!Array.isArray(ids) || ids.length > MOST_IDS || !ids.every((id) => typeof id === 'string'))
    throw refused('ids');
  return ids;
}

/** The id that a view sent. */
export function idParam(params: unknown): string {
  const id: unknown = isObject(params) ? params.id : undefined;
  if (typeof id !== 'string') throw refused('id');
  return id;
}
