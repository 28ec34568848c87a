import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatSeconds } from '../../../src/shared/longRun';
import { speak } from '../../../src/shared/phrase';
import { sentences } from '../../../src/shared/sentences';
import { untranslated } from '../../../src/shared/translate';

describe('what is told in several sentences', () => {
  test('has a space between them, but none behind a wide stop', () => {
    assert.equal(sentences(['Saved.', '', 'The file is new.']), 'Saved. The file is new.');
    assert.equal(sentences(['已保存。', '它是新文件。']), '已保存。它是新文件。');
  });

  test('has times in the language', () => {
    const chinese: Readonly<Record<string, string>> = {
      '{0} s': '{0} 秒',
      '{0} h {1} min': '{0} 小时 {1} 分钟',
    };
    assert.deepEqual([3, 42, 100, 3900].map(formatSeconds), ['3 s', '40 s', '2 min', '1 h 5 min']);
    speak((text, ...values) => untranslated(chinese[text] ?? text, ...values));
    try {
      assert.deepEqual([3, 3900].map(formatSeconds), ['3 秒', '1 小时 5 分钟']);
    } finally {
      speak(untranslated);
    }
  });
});
