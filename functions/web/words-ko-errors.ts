/** What our functions say of a request as a whole, by their own words. */
const sentences: Readonly<Record<string, string>> = {
  'User name or password is wrong.': '아이디 또는 비밀번호가 올바르지 않습니다.',
  'This user name is taken.': '이미 사용 중인 아이디입니다.',
  'This log-in has ended. Log in again.': '로그인이 만료되었습니다. 다시 로그인해 주세요.',
  'This log-in has ended.': '로그인이 만료되었습니다.',
  'Your access to this blog has ended. Ask an administrator.':
    '이 블로그를 더 이상 이용할 수 없는 계정입니다. 관리자에게 문의해 주세요.',
  'This blog takes no new accounts.': '이 블로그는 새 계정을 받지 않습니다.',
  'This blog takes no new accounts. An administrator can change this in the settings.':
    '이 블로그는 새 계정을 받지 않습니다. 관리자가 설정에서 바꿀 수 있습니다.',
  'This blog takes new accounts by invitation only. Ask somebody who writes here for a link.':
    '초대를 받은 사람만 가입할 수 있는 블로그입니다. 이 블로그의 구성원에게 초대 링크를 부탁하세요.',
  'This blog is set up already.': '이미 설정을 마친 블로그입니다.',
  'This code is not valid any more.': '더 이상 쓸 수 없는 코드입니다.',
  'This code is not valid any more. Ask an administrator for a new one.':
    '더 이상 쓸 수 없는 코드입니다. 관리자에게 새 코드를 요청해 주세요.',
  'This code is not valid any more. The next start of the platform prints a new one.':
    '더 이상 쓸 수 없는 코드입니다. 플랫폼을 다시 시작하면 새 코드가 출력됩니다.',
  'This invitation is not valid any more.': '더 이상 쓸 수 없는 초대입니다.',
  'This link is not valid any more. Subscribe again.': '더 이상 쓸 수 없는 링크입니다. 다시 구독해 주세요.',
  'This blog sends no newsletter.': '이 블로그는 글을 이메일로 보내지 않습니다.',
  'There is no such subscriber.': '없는 구독자입니다.',
  'It is too late: this post was sent, or has had its time.':
    '너무 늦었습니다. 이 글은 이미 보냈거나 보낼 때가 지났습니다.',
  'This link is not valid any more. Ask for a new one.': '더 이상 쓸 수 없는 링크입니다. 새 메일을 요청해 주세요.',
  'This link is not valid any more, or was asked for by another browser.':
    '더 이상 쓸 수 없거나 다른 브라우저에서 요청한 링크입니다.',
  'This account has no e-mail address.': '이메일 주소가 없는 계정입니다.',
  'This invitation is not valid any more. Ask for a new one.':
    '더 이상 쓸 수 없는 초대입니다. 새 초대를 요청해 주세요.',
  'There is no such invitation.': '없는 초대입니다.',
  'There is no such user.': '없는 사용자입니다.',
  'There is no such session.': '없는 로그인입니다.',
  'A code of your second factor is needed.': '2단계 인증 코드가 필요합니다.',
  'This account has a second factor already.': '이미 2단계 인증을 켠 계정입니다.',
  'This account has no second factor.': '2단계 인증을 켜지 않은 계정입니다.',
  'No second factor was set up.': '먼저 2단계 인증을 설정해 주세요.',
  'You logged in more than ten minutes ago. Log out and in again, then repeat this.':
    '로그인한 지 10분이 지났습니다. 로그아웃했다가 다시 로그인한 뒤 시도해 주세요.',
  'It is the last way into your account. Set a password first.':
    '이 계정에 로그인할 수 있는 마지막 방법입니다. 먼저 비밀번호를 설정해 주세요.',
  'It belongs to an account here already.': '이미 이 블로그의 계정과 연결되어 있습니다.',
  'There is no such account at a provider.': '연결되지 않은 계정입니다.',
  'There is no such passkey.': '없는 패스키입니다.',
  'This passkey is here already.': '이미 추가한 패스키입니다.',
  'You have too many passkeys. Remove one first.': '패스키가 너무 많습니다. 먼저 하나를 삭제해 주세요.',
  'That took too long, or was done already. Begin again.': '시간이 지났거나 이미 끝난 요청입니다. 다시 시작해 주세요.',
  'The passkey is not known here, or what it answered proves nothing.':
    '이 블로그에 없는 패스키이거나, 패스키의 응답을 확인할 수 없습니다.',
  'There is no such token.': '없는 토큰입니다.',
  'You have too many tokens. Revoke one first.': '토큰이 너무 많습니다. 먼저 하나를 폐기해 주세요.',
  'There is no such post.': '없는 글입니다.',
  'There is no such version.': '없는 버전입니다.',
  'There is no such preview.': '없는 미리 보기입니다.',
  'This is the last administrator of the blog.': '블로그의 마지막 관리자입니다.',
  'This is the last administrator of the blog. Make somebody else an administrator first.':
    '블로그의 마지막 관리자입니다. 먼저 다른 사람을 관리자로 지정해 주세요.',
  'Too many wrong passwords for this name. Try again later.':
    '이 아이디로 비밀번호를 너무 여러 번 잘못 입력했습니다. 나중에 다시 시도해 주세요.',
  'Too many people are logging in just now. Try again shortly.':
    '지금 로그인하는 사람이 너무 많습니다. 잠시 뒤에 다시 시도해 주세요.',
  'Too many attempts. Try again later.': '시도 횟수가 너무 많습니다. 나중에 다시 시도해 주세요.',
  'Too many requests. Try again later.': '요청이 너무 많습니다. 나중에 다시 시도해 주세요.',
  'There are too many large requests at once. Try again shortly.':
    '큰 요청이 한꺼번에 너무 많이 들어왔습니다. 잠시 뒤에 다시 시도해 주세요.',
  'This blog takes no comments.': '이 블로그는 댓글을 받지 않습니다.',
  'You cannot comment here.': '이 블로그에 댓글을 쓸 수 없습니다.',
  'Too many comments. Try again later.': '댓글을 너무 많이 썼습니다. 나중에 다시 시도해 주세요.',
  'Comments can be changed for 15 minutes.': '댓글은 15분 동안만 수정할 수 있습니다.',
  'This comment is somebody else’s.': '다른 사람의 댓글입니다.',
  'There is no such comment.': '없는 댓글입니다.',
  'Authors and editors moderate comments.': '글쓴이와 편집자만 댓글을 관리할 수 있습니다.',
  'Only moderators decide on comments.': '댓글을 관리하는 사람만 할 수 있습니다.',
  'Only editors and administrators do this.': '편집자와 관리자만 할 수 있습니다.',
  'This comment was changed since you read it.': '그 사이 댓글이 바뀌었습니다. 다시 읽고 결정해 주세요.',
  'This comment is your own.': '내가 쓴 댓글입니다.',
  'Nothing is known any more of who wrote this comment.': '댓글을 쓴 사람을 더 이상 알 수 없습니다.',
  'There is no such block.': '없는 차단입니다.',
  'Some fields are not acceptable.': '올바르지 않은 항목이 있습니다.',
  'A value in the request cannot be stored.': '저장할 수 없는 값이 있습니다.',
  'The settings were changed since you read them.': '그사이에 설정이 바뀌었습니다.',
  'The post was changed since you read it.': '그사이에 글이 바뀌었습니다.',
  'Readers cannot write posts.': '독자는 글을 쓸 수 없습니다.',
  'This post is somebody else’s.': '다른 사람의 글입니다.',
  'Only its author and the editors can change this post.': '이 글은 글쓴이와 편집자만 바꿀 수 있습니다.',
  'Only editors and administrators invite people.': '편집자와 관리자만 구성원을 초대할 수 있습니다.',
  'Only operators and administrators see and change webhooks.': '운영자와 관리자만 웹훅을 관리할 수 있습니다.',
  'There is no such webhook.': '없는 웹훅입니다.',
  'There is no such delivery.': '없는 전송 기록입니다.',
  'It is disabled: enable it first.': '중지된 웹훅입니다. 먼저 다시 사용으로 바꿔 주세요.',
  'There are as many webhooks as there may be: remove one first.':
    '웹훅을 더 만들 수 없습니다. 먼저 하나를 삭제해 주세요.',
  'Only administrators change the settings.': '관리자만 설정을 바꿀 수 있습니다.',
  'This form was sent by another site. Nothing was changed.': '다른 사이트에서 보낸 요청입니다. 바뀐 것은 없습니다.',
  'This form was too old. You are still logged in: go back, load the page again and log out from there.':
    '너무 오래된 화면에서 보낸 요청입니다. 아직 로그인되어 있습니다. 이전 화면을 새로 고친 다음 로그아웃해 주세요.',
  'Open the link that you were sent.': '받은 초대 링크를 열어 주세요.',
  'The file must be a PNG, JPEG, GIF, WebP or AVIF picture.':
    'PNG, JPEG, GIF, WebP, AVIF 형식의 사진만 올릴 수 있습니다.',
  'Choose a file.': '파일을 선택해 주세요.',
  'SVG is not taken: it is a document that may hold scripts. Export it as PNG.':
    'SVG에는 스크립트가 들어 있을 수 있어서 올릴 수 없습니다. PNG로 변환해 주세요.',
};

/** The sentences that are known. */
export const translated: readonly string[] = Object.keys(sentences);

/** What they say of a field, without its name. */
const ofFields: readonly (readonly [RegExp, string])[] = [
  [/^must be true, or left out$/, '참이거나 비어 있어야 합니다.'],
  [/^must have at most ([\d,]+) characters$/, '최대 $1자까지 입력할 수 있습니다.'],
  [/^must have at least ([\d,]+) characters$/, '$1자 이상 입력해 주세요.'],
  [/^must have at most (\d+) tags$/, '태그는 $1개까지 달 수 있습니다.'],
  [/^must have at most (\d+) scopes$|^must name at least one scope$/, '허용할 작업을 선택해 주세요.'],
  [/^must have at most (\d+) links$/, '링크는 $1개까지 넣을 수 있습니다.'],
  [/^must be at least (\d+)$/, '$1 이상이어야 합니다.'],
  [/^must be at most (\d+)$/, '$1 이하여야 합니다.'],
  [/^must be a SHA-256 of 64 hexadecimal digits$/, '16진수 64자리 SHA-256이어야 합니다.'],
  [/^must be a whole number$/, '정수여야 합니다.'],
  [/^must be a number$/, '숫자여야 합니다.'],
  [/^must not be empty$|^is required$|^must have something to see$/, '필수 항목입니다.'],
  [/^must not contain control characters$/, '제어 문자는 쓸 수 없습니다.'],
  [/^must not contain text direction controls$/, '글자 방향을 바꾸는 문자는 쓸 수 없습니다.'],
  [/^must not contain a comma$/, '쉼표는 쓸 수 없습니다.'],
  [/^must not contain your name or address$/, '아이디나 이메일이 들어 있으면 안 됩니다.'],
  [/^is one of the first that anybody would try$/, '너무 쉬운 비밀번호입니다.'],
  [/^is not your password$/, '비밀번호가 올바르지 않습니다.'],
  [/^is (?:itself an answer: threads have two levels|no comment of this post)$/, '답글을 달 수 없는 댓글입니다.'],
  [/^must have at most (\d+) words$/, '단어는 $1개까지 넣을 수 있습니다.'],
  [/^is needed: this account has a second factor$/, '2단계 인증을 쓰는 계정입니다. 코드를 입력해 주세요.'],
  [/^is not right, or was used before$/, '올바르지 않거나 이미 사용한 코드입니다.'],
  [/^is not the one that your app shows now$/, '지금 앱에 표시되는 코드가 아닙니다.'],
  [/^is taken$/, '이미 사용 중입니다.'],
  [/^is too long$/, '너무 깁니다.'],
  [/^must be a colour( such as .*)?$/, '색상 값이어야 합니다.'],
  [/^must be a date and time as in RFC 3339$/, '올바른 날짜와 시각을 입력해 주세요.'],
  [/^must be before the year 9999$/, '9999년 이전이어야 합니다.'],
  [/^must not be in the future$/, '미래일 수 없습니다.'],
  [
    /^must be 3 to 30 letters .*$/,
    '영문자와 숫자, -, _, .으로 3~30자여야 하며, 영문자나 숫자로 시작하고 마침표로 끝나지 않아야 합니다.',
  ],
  [/^must be an e-mail address$/, '올바른 이메일 주소를 입력해 주세요.'],
  [/^must be a language tag such as .*$/, 'en, ko, pt-BR와 같은 언어 태그여야 합니다.'],
  [/^must be a time zone such as .*$/, 'UTC나 Asia/Seoul과 같은 시간대여야 합니다.'],
  [/^must be a path\b.*$/, '이 블로그의 경로(/blog/…)나 https:// 주소여야 합니다.'],
  [/^must be an address such as https:\/\/.*$/, 'https://로 시작하는 주소여야 합니다.'],
  [/^must be an absolute address$/, 'https://로 시작하는 주소여야 합니다.'],
  [/^must begin with https:\/\/$/, 'https://로 시작해야 합니다.'],
  [/^must not have a user name or a password$/, '사용자 이름이나 비밀번호가 들어 있으면 안 됩니다.'],
  [/^must not have a fragment$/, '# 뒤에 붙는 부분은 쓸 수 없습니다.'],
  [/^must have no port, or one above 1023$/, '포트는 없거나 1024 이상이어야 합니다.'],
  [/^must lead to a public address$/, '공개된 인터넷 주소여야 합니다.'],
  [/^must have at least one type$/, '하나 이상 선택해 주세요.'],
  [/^must be an address$/, '올바른 주소여야 합니다.'],
  [/^has a contrast of only ([\d.]+) : 1$/, '대비가 $1 : 1밖에 되지 않아 읽기 어렵습니다.'],
  [
    /^has a contrast of only ([\d.]+) : 1 in the (light|dark) theme, and text needs ([\d.]+) : 1; the nearest colour that has it is (#\w+)$/,
    '대비가 $1 : 1밖에 되지 않아 읽기 어렵습니다. $3 : 1 이상이어야 하며, 가장 가까운 색은 $4입니다.',
  ],
];

/** What one of our functions said, in Korean; what is not known stays English, which says more than nothing. */
export function saidInKorean(text: string): string {
  const whole = sentences[text];
  if (whole !== undefined) return whole;
  const known = ofFields.find(([pattern]) => pattern.test(text));
  return known ? text.replace(known[0], known[1]) : text;
}
