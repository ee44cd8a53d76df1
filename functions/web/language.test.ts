import { expect, test } from 'vitest';
import { languageOf } from './language.ts';

test.each([
  ['ko', '함수는 누가 물어볼 때까지 잠들어 있습니다.'],
  ['ko', 'Knative Serving 위에서 함수를 배포하고 scale to zero를 확인합니다. CloudEvents를 Broker로 보냅니다.'],
  ['ko', '大韓民國은 民主共和國이다.'],
  ['ja', '関数は誰かが呼ぶまで眠っています。'],
  ['ja', 'Knativeの新機能'],
  ['ja', 'テスト'],
  ['zh-Hans', '函数会一直休眠，直到有人来访问这个网站。'],
  ['zh-Hant', '函數會一直休眠，直到有人來訪問這個網站。'],
  ['zh', '上海人民'],
  ['ru', 'Функция спит, пока её не вызовут. Мы это проверили.'],
  ['uk', 'Функція спить, поки її не покличуть.'],
  ['be', 'Функцыя спіць, пакуль яе не паклічуць. Ён прыйшоў.'],
  ['bg', 'Функцията спи, докато някой я събуди. България.'],
  ['sr', 'Функција спава док је неко не позове, ћирилица.'],
  ['el', 'Η συνάρτηση κοιμάται.'],
  ['he', 'הפונקציה ישנה עד שמישהו שואל אותה.'],
  ['ar', 'الدالة نائمة حتى يسألها أحد.'],
  ['fa', 'تابع تا وقتی کسی چیزی نپرسد می‌خوابد، پس چه کنیم؟'],
  ['ur', 'فنکشن سوتا ہے جب تک کوئی نہ پوچھے، یہ ٹھیک ہے۔'],
  ['hi', 'यह फलन तब तक सोता है जब तक कोई पूछता नहीं।'],
  ['mr', 'हे फंक्शन झोपलेले आहे.'],
  ['th', 'ฟังก์ชันจะหลับจนกว่าจะมีคนเรียก'],
  ['ka', 'ფუნქცია სძინავს.'],
  ['ta', 'செயல்பாடு தூங்குகிறது.'],
  ['am', 'ተግባሩ ይተኛል።'],
])('%s is guessed of: %s', (language, text) => {
  expect(languageOf(text)).toBe(language);
});

test.each([
  ['English', 'A function sleeps until somebody asks it something.'],
  ['German', 'Eine Funktion schläft, bis jemand etwas von ihr möchte – “so” ist es…'],
  [
    'an English text with a Japanese word',
    `The word “${'眠'}” is read nemuri, and it is one of those that mean sleep in that language.`,
  ],
  ['pictures', '👩‍👩‍👧 🎉 → ∞ ≠'],
  ['nothing', ''],
  ['digits', '12:30, 2026'],
])('nothing is guessed of %s', (_, text) => {
  expect(languageOf(text)).toBeUndefined();
});

test('code counts for nothing', () => {
  const code = 'const sleeping = await functions.filter(isAsleep).map(wake);\n'.repeat(40);
  expect(languageOf(`이것은 코드입니다.\n\n\`\`\`js\n${code}\`\`\`\n`)).toBe('ko');
  expect(languageOf(`Comments of theirs:\n\n~~~\n${'// 一二三四五六七\n'.repeat(40)}~~~\n`)).toBeUndefined();
});

test('a long text is judged by its beginning', () => {
  expect(languageOf(`${'가나다 '.repeat(2_000)}${'word '.repeat(100_000)}`)).toBe('ko');
});
