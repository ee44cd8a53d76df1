/** Passwords of eight or more characters from the top of every published list of leaked ones; longer lists belong in a service of their own. */
const common = new Set(
  `password password1 password2 password12 password123 password1234 passw0rd p@ssw0rd p@ssword pa55word passwort passwords
  qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwer1234 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 zaq12wsx qazwsxedc asdfghjk asdfghjkl asdf1234 zxcvbnm1
  q1w2e3r4 q1w2e3r4t5 abcd1234 abc12345 abc123456 a1b2c3d4 a1234567 a12345678 1234qwer 123qweasd qweasdzxc qwerasdf 123abc123 iloveyou iloveyou1 iloveyou2 ilovegod
  sunshine sunshine1 princess princess1 football football1 baseball baseball1 basketball superman batman123 spiderman pokemon1 starwars starwars1 trustno1
  whatever welcome1 welcome12 welcome123 letmein1 letmein123 changeme changeme1 changeit administrator admin123 admin1234 admin12345 administrator1 rootroot
  master12 michelle jennifer jonathan christian elizabeth alexander charlotte samantha danielle benjamin victoria liverpool chelsea1 arsenal1 barcelona
  computer internet samsung1 corvette mercedes maverick midnight mountain chocolate butterfly cocacola redskins steelers marlboro bigdaddy babygirl lovelove
  dragon123 monkey12 monkey123 shadow12 blink182 nirvana1 metallica slipknot killer123 hello123 hellohello hello1234 test1234 testtest testing1 testing123 secret123
  security p4ssw0rd default1 freedom1 superstar november december september 11223344 12341234 12344321 123123123 12312312 87654321 987654321 0987654321 147258369
  159753456 789456123 741852963 112233445566 123454321 88888888 66666666 12345679 1234567890 123456789a 12345678910 123456789q 31415926 google123 facebook dormouse`.split(
    /\s+/,
  ),
);

/**
 * Why a password is too easy to guess; undefined when it is not. Looks for the commonest ones, for runs such as
 * `23456789` and `aaaaaaaa`, and for the person's own name and address, in any case and also with digits behind.
 */
export function weakPassword(password: string, person: { username?: string; email?: string }): string | undefined {
  const plain = password.normalize('NFKC').toLowerCase();
  if (common.has(plain) || isRun(plain)) return 'is one of the first that anybody would try';
  const own = [person.username, person.email, person.email?.split('@')[0]].flatMap((text) =>
    text ? [text.toLowerCase()] : [],
  );
  const stem = plain.replace(/[\d\W_]+$/u, '');
  if (own.some((text) => text === plain || text === stem || [...text].reverse().join('') === plain))
    return 'must not be your name or address';
  return undefined;
}

/** Whether every character is the same distance (0, 1 or −1) from the one before: aaaa, 1234, dcba. */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) as number);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] as number));
  return steps.every((step) => step === steps[0] && Math.abs(step) <= 1);
}
