/**
 * Names and errors as somebody would write them who wants more than to be read: one of each kind.
 * The keys say what the text tries.
 */
export const HOSTILE_TEXTS: Readonly<Record<string, string>> = {
  'a command link':
    '[Open the result](command:workbench.action.terminal.sendSequence?%7B%22text%22%3A%22x%22%7D).png',
  'a command link with a title':
    '[Open](command:workbench.action.files.newUntitledFile "Open").png',
  'a command link in angle brackets':
    '[Open](<command:workbench.action.files.newUntitledFile>).png',
  'a link to a page': '[Open](https://evil.example/p).png',
  'a link to a file': '[Open](file:///etc/passwd).png',
  'links one after another': '[a](command:a)[b](command:b)](command:c)((command:d).png',
  'a link over a line end': '[Open]\r\n(command:workbench.action.files.newUntitledFile).png',
  'a link with hidden characters': '[Open]\u200b(command:a)\u2060[b]\ufeff(command:b).png',
  'a reference link': '[Open][1]\n\n[1]: command:workbench.action.files.newUntitledFile',
  'an autolink': '<command:workbench.action.files.newUntitledFile> https://evil.example/a.png',
  'a picture of Markdown': '![x](https:&#47;&#47;evil.example&#47;p.png)',
  HTML: '<a href="command:a">a</a><img src=x onerror=alert(1)><script>alert(1)</script>.png',
  'Markdown blocks': 'a`\n\n# Security notice\n\nPress **Allow**\n\n```\n`.png',
  icons: '$(check) $(sync~spin)$(error) verified.png',
  mnemonics: 'a&&b &c &&&&d.png',
  'the title of a terminal': 'a\u001b]0;PWNED\u0007\u001b[2J.png',
  'a clipboard of a terminal': 'c\u001b]52;c;ZXZpbA==\u0007.png',
  'terminal controls of eight bits': 'a\u009b31m\u009d0;x\u009c\u0085.png',
  'a back space and a carriage return': 'evil\b\b\b\bgood\rfine.png',
  'a command of GitHub': '::error file=app.js,line=1::forged.png',
  'a command of GitHub on a line of its own': 'x\n::error file=app.js,line=1::forged\n.png',
  'a command of GitHub after spaces': ' \t ::set-output name=a::b.png',
  'an old command of GitHub': 'x##[error]forged ##[group]a.png',
  'a command of Azure': 'x##vso[task.setvariable variable=a]b.png',
  'a command of TeamCity': "##teamcity[buildStatus text='forged'].png",
  'a section of GitLab': '\u001b[0Ksection_start:1:a\r\u001b[0Kforged.png',
  'a section of Buildkite': '--- forged.png',
  'a fold of Travis': 'travis_fold:start:a\r\u001b[0K.png',
  'a right-to-left override': 'invoice\u202egnp.exe',
  'bidirectional isolates': '\u2066a\u2067b\u2068c\u2069\u200e\u200f\u061c.png',
  'zero-width characters': 'pay\u200bpal\u200c\u200d\u2060\ufeff\u00ad\u180e\u3164.png',
  tags: 'a\u{e0041}\u{e007f}.png',
  'other line ends': 'a\u2028b\u2029c\vd\fe\u0085f\r\ng.png',
  'half a character': 'a\ud800b\udc00.png',
  'no end': '[a](command:a) '.repeat(10_000),
};

/** What VS Code 1.100 and later takes for a link in messages (`parseLinkedText`). */
export const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
/** What it takes for an icon. */
export const ICON = /\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/;
/** What nobody sees, but for the joiner by which links and icons are broken. */
export const UNSEEN =
  /(?<![\]$&])\u2060|[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?!\u2060)[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
/** What systems of continuous integration take for a command. */
export const CI_COMMAND = /^\s*::|##\[|##vso\[|##teamcity\[|^\s*(?:---|\+\+\+|~~~) /m;
