import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alignColumns } from '../../../src/shared/columns';

describe('columns', () => {
  for (const [what, rows, lines] of [
    [
      'of letters',
      [
        ['Model', 'Scale'],
        ['compact', '×4'],
        ['a', ''],
      ],
      ['Model    Scale', 'compact  ×4', 'a'],
    ],
    [
      'under Chinese and Japanese headings',
      [
        ['模型', '时间', '结果'],
        ['compact', '×0.3', 'ok'],
        ['モデル', '1 s', 'よい'],
      ],
      ['模型     时间  结果', 'compact  ×0.3  ok', 'モデル   1 s   よい'],
    ],
    [
      'with accents in two code points and a full-width name',
      [
        ['e\u0301', 'x'],
        ['ａｂ', 'x'],
      ],
      ['e\u0301     x', 'ａｂ  x'],
    ],
  ] as const)
    it(what, () => assert.deepEqual(alignColumns(rows), lines));
});
