import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signProblems, typeset } from '../../../scripts/l10n/signs.mjs';

const NBSP = '\u00a0';

describe('signs are set', () => {
  const cases: readonly (readonly [language: string, text: string, set: string])[] = [
    ['fr', 'Vrai ? « a » : `b : c`', `Vrai${NBSP}? «${NBSP}a${NBSP}»${NBSP}: \`b : c\``],
    ['fr', "l'image, 10%", `l’image, 10${NBSP}%`],
    ['de', 'a : b, {0}%', `a : b, {0}${NBSP}%`],
    ['es', '{0} % de', `{0}${NBSP}% de`],
    ['ja', '10 %: 画像（大）', '10%: 画像 (大)'],
    ['ja', '画像, 動画', '画像、動画'],
    ['zh-cn', '已安装, 但 (a, b): [图像, 等](x, y)', '已安装，但 (a, b): [图像，等](x, y)'],
    ['zh-cn', '[1, 3, {0}, {1}] 变成了 [{2}]', '[1, 3, {0}, {1}] 变成了 [{2}]'],
    ['zh-cn', '原因：{0}; 请用 “取消” 停止（或等待）？', '原因: {0}；请用“取消”停止 (或等待)?'],
  ];
  for (const [language, text, set] of cases)
    test(`${language}: ${text}`, () => {
      assert.equal(typeset(language, text), set);
      assert.equal(typeset(language, set), set, 'once is enough');
    });
});

describe('wrong signs are found', () => {
  const wrong: Readonly<Record<string, readonly string[]>> = {
    fr: ['Le modèle "a"', 'Le “modèle”', 'Vrai?', 'un « nom»', "l'image"],
    de: ['Das "Modell"', 'Das «Modell»', 'Das “Modell”', 'Das „Modell', "Peter's"],
    es: ['El "modelo"', 'El “modelo”', 'El «modelo', 'Ampliar {0}?', 'Listo!'],
    'zh-cn': ['模型"a"', '「模型」', '已完成.', '已完成. 请继续', '原因：{0}'],
    ja: ['“モデル”', '「モデル', '完了しました.', '本当ですか？'],
  };
  for (const [language, texts] of Object.entries(wrong))
    for (const text of texts)
      test(`${language}: ${text}`, () => {
        assert.notDeepEqual(signProblems(language, text), []);
      });

  const right: Readonly<Record<string, readonly string[]>> = {
    fr: [`Le modèle «${NBSP}a${NBSP}»${NBSP}: \`"x"?\``, `* ni${NBSP}?`],
    de: ['Das Modell „{0}“ ({1}), „*“.', 'Mit `"a"`'],
    es: ['¿Ampliar {0}?', 'sin {…}, * ni ?', 'El «modelo»: `"x"`'],
    'zh-cn': ['模型“{0}”: {1}，请重试; A', '是否继续?'],
    ja: ['"auto" は「自動」です。続けますか?', 'x {0}、y {1}'],
  };
  for (const [language, texts] of Object.entries(right))
    for (const text of texts)
      test(`${language}, none: ${text}`, () => {
        assert.deepEqual(signProblems(language, text), []);
      });
});
