import type { Role } from '@dormouse/runtime/caller';
import type { Settings } from './blog-settings.ts';
import { hidden, markup } from './html.ts';
import { numberText } from './number-text.ts';
import type { ByCode, Words } from './words-en.ts';
import { saidInKorean } from './words-ko-errors.ts';

const number = (count: number): string => numberText(count, 'ko');

const errorTitles: ByCode = {
  not_found: '찾을 수 없는 페이지입니다',
  forbidden: '권한이 없습니다',
  unauthorized: '로그인이 필요합니다',
  method_not_allowed: '이 주소에서는 할 수 없는 요청입니다',
  too_large: '한 번에 보내기에는 너무 큽니다',
  too_many_requests: '요청이 너무 많습니다',
  unavailable: '아직 깨어나는 중입니다',
  internal: '문제가 생겼습니다',
};

const errorTexts: ByCode = {
  not_found: '이 주소에는 페이지가 없습니다. 옮겨졌거나 삭제되었거나, 주소가 잘못 입력되었을 수 있습니다.',
  unauthorized: '로그인한 사람만 볼 수 있는 페이지입니다.',
  unavailable: '블로그의 일부가 깨어나는 중이거나 응답하지 않습니다.',
  internal: '서버에서 오류가 발생했습니다.',
};

const alerts: ByCode = {
  internal: '서버에서 오류가 발생했습니다. 입력한 내용은 그대로 있으니 다시 시도해 주세요.',
  unavailable:
    '블로그의 일부가 깨어나는 중이거나 응답하지 않습니다. 입력한 내용은 그대로 있으니 잠시 뒤에 다시 시도해 주세요.',
  invalid: '표시된 항목을 확인해 주세요.',
};

const roleTexts: Readonly<Record<Role, string>> = {
  reader: '독자',
  author: '글쓴이(글 작성)',
  editor: '편집자(모든 글 수정)',
  operator: '운영자(이벤트 관리, 글 작성 불가)',
  admin: '관리자(모든 권한)',
};
const roleNames: Readonly<Record<Role, string>> = {
  reader: '독자',
  author: '글쓴이',
  editor: '편집자',
  operator: '운영자',
  admin: '관리자',
};

const registrations: Readonly<Record<Settings['registration'], string>> = {
  nobody: '아무도 가입할 수 없음',
  invitation: '초대받은 사람만',
  readers: '누구나 독자로',
  authors: '누구나 글쓴이로',
};

const commentPolicies: Readonly<Record<Settings['comments'], string>> = {
  none: '댓글을 받지 않음',
  open: '바로 표시',
  first_held: '첫 댓글은 승인 후 표시',
  all_held: '모든 댓글을 승인 후 표시',
};

const layouts: Readonly<Record<Settings['layout'], string>> = { list: '위아래로', cards: '카드로' };

const formats: Words['editor']['formats'] = [
  ['# 제목', markup`제목(작은 제목은 #를 더 붙입니다)`],
  ['**굵게** *기울임* ~~취소선~~', markup`강조`],
  ['[글자](https://example.org)', markup`링크`],
  ['- 항목', markup`목록(번호 목록은 <code>1. 항목</code>)`],
  ['> 인용', markup`인용문`],
  ['`코드`', markup`코드(여러 줄이면 위아래 줄에 백틱 세 개를 쓰고 언어를 적습니다)`],
  ['| 가 | 나 |', markup`표(둘째 줄은 <code>|---|---|</code>)`],
  ['![대체 텍스트](주소 "설명")', markup`사진`],
  ['![하나](주소)⏎![둘](주소)', markup`갤러리(사진마다 한 줄씩)`],
  ['- [ ] 할 일', markup`할 일(끝낸 일은 <code>- [x] 끝낸 일</code>)`],
  ['글[^1]', markup`각주(다른 줄에 <code>[^1]: 각주 내용</code>)`],
  ['> [!NOTE]', markup`콜아웃(내용은 다음 줄부터, <code>TIP</code>과 <code>WARNING</code>도 있습니다)`],
  ['$x^2$', markup`수식`],
  ['[toc]', markup`제목으로 만든 차례`],
];

/** What pages say in Korean: 합니다체, 하세요 where somebody is asked to do something. */
export const korean: Words = {
  language: 'ko',
  number,
  posts: (count) => `글 ${number(count)}개`,
  nobody: '탈퇴한 사용자',
  names: (all) => all.join(', '),

  frame: {
    skip: '본문으로 건너뛰기',
    navigation: '사이트 메뉴',
    search: '검색',
    write: '글쓰기',
    posts: '글 관리',
    people: '구성원',
    comments: '댓글',
    settings: '설정',
    account: '계정',
    logIn: '로그인',
    signUp: '가입하기',
    logOut: '로그아웃',
    loggedInAs: (name) => `${name} 계정으로 로그인되어 있습니다`,
    categories: '카테고리',
    tags: '태그',
    archive: '보관함',
    feed: '피드',
    numbers: '통계',
    notSetUp: (registration, link) =>
      markup`아직 설정을 마치지 않은 블로그입니다. ${
        registration === 'authors'
          ? '누구나 가입해서 글을 쓸 수 있습니다. '
          : registration === 'readers'
            ? '누구나 가입할 수 있습니다. '
            : ''
      }${link('지금 설정하기')}`,
  },

  list: {
    latest: '최근 글',
    older: '이전 글',
    newer: '다음 글',
    newest: '최신 글',
    more: '다른 글',
    category: '카테고리',
    tag: '태그',
    author: '글쓴이',
    all: '전체',
    moreCategories: (count) => `${number(count)}개 더 보기`,
    ofCategory: (name) => `‘${name}’ 카테고리의 글입니다.`,
    ofTag: (name) => `‘${name}’ 태그가 달린 글입니다.`,
    ofMonth: (name) => `${name}에 발행한 글입니다.`,
    ofAuthor: (name) => `${name} 님이 쓴 글입니다.`,
    nothingBeyond: '더 이상 글이 없습니다.',
    nothingYet: '아직 글이 없습니다.',
    nothingByAuthor: '아직 발행한 글이 없습니다.',
    noTags: '아직 태그가 달린 글이 없습니다.',
    writeFirst: (link) => markup`${link('첫 글을 써 보세요')}.`,
    signUpToWrite: (link) => markup`${link('가입하고')} 첫 글을 써 보세요.`,
    wasFirst: '여기가 첫 글입니다.',
  },

  post: {
    draft: '임시글입니다. 글쓴이와 편집자만 볼 수 있습니다.',
    scheduled: (time) => `${time}에 발행될 예약 글입니다. 그때까지는 글쓴이와 편집자만 볼 수 있습니다.`,
    minutes: (count) => `${number(count)}분 분량`,
    by: (author) => markup`글쓴이 ${author}`,
    edit: (title) => markup`${hidden(`‘${title}’ `)}수정`,
    versions: (title) => markup`${hidden(`‘${title}’의 `)}버전`,
    delete: (title) => markup`${hidden(`‘${title}’ `)}삭제`,
    lastChanged: (day) => markup`${day}에 마지막으로 수정`,
    allPosts: '전체 글',
    orMoreIn: (category) =>
      markup`<span class="muted">또는</span> ${category} <span class="muted">카테고리의 글 더 보기</span>`,
    beside: '이전 글과 다음 글',
    before: '← 이전 글',
    after: '다음 글 →',
    moreToRead: '더 읽을 글',
    moreIn: (category) => markup`${category} 카테고리의 다른 글`,
  },

  search: {
    title: '검색',
    words: '찾을 말',
    button: '검색',
    narrow: '검색 범위 좁히기',
    from: '시작일',
    until: '종료일',
    found: (count) =>
      count === '1000+' ? '글 1,000개 이상을 찾았습니다' : `글 ${number(Number(count))}개를 찾았습니다`,
    more: '결과 더 보기',
    best: '첫 결과로',
    pages: '검색 결과 페이지',
    nothing: (archive, categories, tags) =>
      markup`입력한 모든 말이 들어 있는 글만 찾습니다. 단어를 줄이거나 ${archive('보관함')}, ${categories('카테고리')}, ${tags('태그')}에서 찾아보세요.`,
    invalid: '찾을 수 없는 말입니다. 한 줄에 200자까지 입력해 주세요.',
  },

  numbers: {
    posts: '글',
    byCategory: '카테고리별 글',
  },

  errors: {
    title: (code) => errorTitles[code] ?? '처리하지 못했습니다',
    text: (code) => errorTexts[code],
    readOn: (archive, categories, tags) =>
      markup`${archive('보관함')}이나 ${categories('카테고리')}, ${tags('태그')}에서 찾아볼 수도 있습니다.`,
    trace: '추적 번호',
    said: saidInKorean,
    tryAgain: (seconds) => `${whenAgain(seconds)} 다시 시도해 주세요.`,
  },

  problems: {
    title: (page) => `오류: ${page}`,
    ofCode: (code) => alerts[code],
    tooMany: (seconds) => `시도 횟수가 너무 많습니다. ${whenAgain(seconds)} 다시 시도해 주세요.`,
    expired:
      '그사이에 로그아웃되었습니다. 입력한 내용은 그대로 있으니, 여기에서 로그인한 다음 버튼을 다시 눌러 주세요.',
    stale:
      '로그인하기 전에 연 화면이거나, 브라우저에서 쿠키를 쓸 수 없습니다. 입력한 내용은 그대로 있으니 버튼을 다시 눌러 주세요.',
    staleSignUp:
      '브라우저가 이 화면의 쿠키를 보내지 않았습니다. 쿠키가 꺼져 있거나 화면을 너무 오래 열어 두었을 수 있습니다. 다시 시도해 주세요.',
    settingsChanged:
      '이 화면을 연 뒤에 다른 사람이 설정을 바꾸었습니다. 입력한 내용은 그대로 있으며, 저장하면 다른 사람이 바꾼 내용을 덮어씁니다.',
    chooseFile: '먼저 파일을 선택해 주세요.',
    draftsOnly: '임시글만 자동으로 저장됩니다.',
    postChanged: '글을 쓰는 동안 다른 사람이 이 글을 수정했습니다. 두 버전 모두 그대로 있습니다.',
    postDeleted: '그사이에 삭제된 글입니다. 입력한 내용은 그대로 있으며, 저장하면 새 글이 됩니다.',
    savedBefore:
      '이 화면에서 쓴 글이 이미 저장되었습니다. 먼저 글 목록을 확인해 주세요. 다시 저장하면 글이 하나 더 생깁니다.',
    changedBeforeDelete: '이 화면을 연 뒤에 글이 수정되었습니다. 글을 다시 확인한 다음 삭제해 주세요.',
    changedBeforeRestore: '이 화면을 연 뒤에 글이 수정되었습니다. 차이를 다시 확인한 다음 복원해 주세요.',
    ofTag: (tag, message) => `‘${tag}’: ${message}`,
    ofLine: (line, part, message) => `${line}번째 줄의 ${part === 'label' ? '이름' : '| 뒤의 주소'}: ${message}`,
  },

  fields: {
    userName: '아이디',
    userNameShown: '글 옆에 표시됩니다.',
    userNameForLogIn: '로그인할 때 씁니다.',
    name: '이름',
    nameShown: '글 옆에 표시되며, 어떤 문자든 쓸 수 있습니다.',
    anyScript: '어떤 문자든 쓸 수 있습니다.',
    email: '이메일',
    emailHidden: '다른 사람에게 공개되지 않습니다.',
    password: '비밀번호',
    passwordRule: '8자 이상 입력하세요.',
    presentPassword: '현재 비밀번호',
    newPassword: '새 비밀번호',
    code: '코드',
    role: '역할',
    command: '명령어',
    pictureTypes: 'PNG, JPEG, WebP, GIF, AVIF 형식을 올릴 수 있습니다.',
  },

  signing: {
    newHere: (link) => markup`처음이신가요? ${link('가입하기')}`,
    haveAccount: (link) => markup`이미 계정이 있으신가요? ${link('로그인')}`,
    byInvitation: '초대를 받은 사람만 가입할 수 있는 블로그입니다. 이 블로그의 구성원에게 초대 링크를 부탁하세요.',
    haveCode: '코드가 있습니다',
    closed: '이 블로그는 새 계정을 받지 않습니다.',
    claim: '계정 연결하기',
    claimText: '비밀번호를 정하면 계정을 쓸 수 있습니다. 가져오기로 옮겨 온 글이 이미 이 계정에 있습니다.',
    codeHint: '관리자에게 받은 코드입니다.',
    ready: '계정이 준비되었습니다. 로그인해 주세요.',
    join: '참여하기',
    joinBlog: (blog) => `${blog} 참여하기`,
    invites: (inviter, role) => markup`${inviter} 님이 초대했습니다. 역할: ${roleTexts[role]}`,
    noInvitation: '초대를 찾을 수 없습니다',
    readBlog: '블로그 보기',
  },

  setup: {
    ready: '블로그가 준비되었습니다',
    title: '블로그 설정하기',
    yours: '블로그 설정하기',
    later: '모두 나중에 설정에서 바꿀 수 있습니다.',
    name: '블로그 이름',
    account: '내 계정',
    registration: '다른 사람의 가입',
    button: '설정 마치기',
    notYet: (registration, link) =>
      markup`아직 설정을 마치지 않은 블로그입니다.${
        registration === 'authors'
          ? markup` 누구나 ${link('가입')}해서 글을 쓸 수 있습니다.`
          : registration === 'readers'
            ? markup` 누구나 ${link('가입')}할 수 있습니다.`
            : ''
      }`,
    howTo:
      '블로그를 운영하는 사람은 플랫폼을 시작한 곳에 출력된 일회용 링크를 열거나, 다음 명령어로 새 링크를 만들 수 있습니다.',
    writeFirst: '첫 글 쓰기',
    bring:
      '쓰던 블로그를 가져올 수도 있습니다. Markdown 폴더나 WordPress, Ghost, Jekyll, Hugo 등에서 내보낸 파일이면 됩니다.',
    done: '설정을 마친 블로그입니다.',
    read: '블로그 보기',
  },

  account: {
    you: (username, email, link) =>
      markup`아이디는 ${username}${email ? markup`, 이메일은 ${email}(다른 사람에게 공개되지 않음)` : ''}입니다. 쓴 글은 ${link('내 페이지')}에서 볼 수 있습니다.`,
    notices: {
      changed: '비밀번호를 변경했습니다.',
      saved: '프로필을 저장했습니다.',
      ended: '해당 기기에서 로그아웃했습니다.',
      revoked: '토큰을 폐기했습니다.',
    },
    others: '공개 프로필',
    about: '소개',
    aboutHint: '서식 없는 짧은 글로, 최대 500자까지 쓸 수 있습니다.',
    save: '저장',
    afterwards: '변경하면 이 기기를 제외한 모든 기기에서 로그아웃됩니다.',
    changePassword: '비밀번호 변경',
    sessions: '로그인한 기기',
    thisOne: '현재 기기',
    session: (begun, used) => markup`${begun} 로그인 · ${used} 마지막 사용`,
    agent: (program, system) => `${system ? `${system}의 ` : ''}${program ?? '다른 프로그램'}`,
    end: (agent, begun) => markup`<span class="hidden">${begun}에 로그인한 ${agent} </span>로그아웃`,
    tokens: {
      title: '프로그램용 토큰',
      about: '토큰이 있는 프로그램은 비밀번호 없이, 허용한 작업만 할 수 있습니다.',
      make: '토큰 만들기',
      name: '토큰 이름',
      nameHint: '어디에 쓸 토큰인지 적어 주세요.',
      may: '허용할 작업',
      scopes: {
        'account:read': '이름, 이메일, 역할 읽기',
        'posts:read': '임시글을 포함한 내 글 읽기',
        'posts:write': '글 쓰기, 수정, 삭제',
        'categories:write': '카테고리 이름 변경과 병합(권한이 있는 경우)',
        'media:read': '내 사진 읽기',
        'media:write': '사진 올리기와 삭제',
      },
      chooseScope: '허용할 작업을 선택해 주세요.',
      days: '토큰을 쓸 수 있는 기간(일)',
      makeIt: '토큰 만들기',
      shownOnce: '토큰을 복사해 두세요. 지금만 볼 수 있습니다.',
      dates: (until, used) => markup`${until}까지 · ${used ? markup`${used} 마지막 사용` : '사용한 적 없음'}`,
      revoke: (name) => markup`${hidden(`${name} `)}폐기`,
    },
    data: '내 데이터',
    dataText: '계정, 로그인 기록, 초대, 댓글, 그리고 임시글을 포함한 모든 글을 파일 하나로 내려받을 수 있습니다.',
    download: '내려받기',
    delete: '계정 삭제',
    deleting: '계정 삭제',
    deleteTitle: '계정을 삭제할까요?',
    deleteText: (username) =>
      markup`이름, 이메일, 비밀번호가 삭제되고 모든 기기에서 로그아웃됩니다. 댓글은 삭제됩니다. 글과 사진은 이름 없이 남으므로, 지우려면 먼저 삭제하세요. 아이디 ${username}은(는) 다시 쓸 수 없습니다.`,
    keep: '취소',
    deleteIt: '삭제',
  },

  secondFactor: {
    title: '2단계 인증',
    about:
      '로그인할 때 다른 기기의 앱에 표시되는 코드도 입력하게 됩니다. 켜면 다른 기기에서는 로그아웃되고 토큰도 폐기됩니다.',
    setUp: '설정하기',
    tellApp: '인증 앱에 이 블로그를 추가한 다음, 앱에 표시되는 코드를 입력해 주세요.',
    openApp: '이 기기의 앱 열기',
    secret: '또는 앱에 직접 입력하세요.',
    code: '인증 코드',
    codeNow: '지금 앱에 표시되는 숫자 여섯 자리입니다.',
    codeOrRecovery: '앱의 코드나 복구 코드를 입력해 주세요.',
    turnOn: '켜기',
    keepCodes:
      '2단계 인증을 켰습니다. 앱을 쓸 수 없을 때를 위해 복구 코드를 보관해 주세요. 각각 한 번만 쓸 수 있고, 지금만 볼 수 있습니다.',
    done: '보관했습니다',
    isOn: (left) => `로그인할 때 코드를 입력해야 합니다. 남은 복구 코드는 ${left}개입니다.`,
    turnOff: '끄기',
    back: '돌아가기',
  },

  people: {
    roleTexts,
    roleNames,
    notices: {
      changed: '계정을 변경했습니다. 5초 안에 모든 곳에 적용됩니다.',
      revoked: '초대를 취소했습니다.',
    },
    sendLink: '이 링크를 보내 주세요. 한 번만 쓸 수 있고, 지금만 볼 수 있습니다.',
    closed: '이 블로그는 새 계정을 받지 않으므로 아무도 초대할 수 없습니다.',
    whoMay: (link) => markup`누가 가입할 수 있는지는 ${link('설정')}에서 정합니다.`,
    invite: '초대하기',
    nameHint: '초대할 사람의 이름입니다.',
    emailHint: '가입 화면에 미리 채워집니다. 메일은 보내지 않습니다.',
    days: '유효 기간(일)',
    makeLink: '초대 링크 만들기',
    open: '대기 중인 초대',
    somebody: '이름 없음',
    number: (id) => `${id}번`,
    invitation: (role, inviter, until) => markup`${roleTexts[role]} · ${inviter} 님이 초대 · ${until}까지`,
    revoke: (whom) => markup`${hidden(`${whom} `)}초대 취소`,
    accounts: '계정',
    moreAccounts: '계정 더 보기',
    first: '처음으로',
    since: (day) => markup`${day} 가입`,
    suspended: '이용 정지',
    unclaimed: '연결되지 않음',
    roleOf: (name) => `${name}의 역할`,
    saveRole: (name) => markup`${hidden(`${name}의 `)}역할 저장`,
    suspend: (name) => markup`${hidden(`${name} `)}이용 정지`,
    restore: (name) => markup`${hidden(`${name} `)}이용 재개`,
  },

  comments: {
    title: '댓글',
    one: '댓글',
    count: (count) => `댓글 ${number(count)}개`,
    unread: '지금은 댓글을 불러올 수 없습니다.',
    more: '댓글 더 보기',
    oldest: '처음으로',
    newer: '다음',
    older: '이전',
    deleted: '삭제된 댓글입니다.',
    guest: '손님',
    author: '글쓴이',
    edited: '수정됨',
    answer: (name) => markup`${hidden(`${name}님에게 `)}답글 쓰기`,
    change: (name) => markup`${hidden(`${name}님의 댓글 `)}수정 또는 삭제`,
    write: '댓글 쓰기',
    answerTo: (name) => markup`${name}님에게 답글 쓰기`,
    noAnswer: '답글 대신 새 댓글 쓰기',
    as: (name) => markup`${name}(으)로 씁니다.`,
    text: '댓글 내용',
    textHint: (most) => `최대 ${number(most)}자. Markdown으로 씁니다: *강조*, 링크, 목록, > 인용, \`코드\`.`,
    emailHint: '댓글을 관리하는 사람에게만 보입니다.',
    website: '이 칸은 비워 두세요',
    send: '댓글 등록',
    orLogIn: (link) => markup`${link('로그인')}하고 쓸 수도 있습니다.`,
    notices: { held: '감사합니다. 댓글은 승인된 뒤에 표시됩니다.' },
    statuses: { published: '표시됨', held: '승인 대기', spam: '스팸', deleted: '삭제됨' },
    quarter: '내가 쓴 댓글은 15분 동안 수정할 수 있습니다.',
    save: '저장',
    publish: '승인',
    hold: '숨기기',
    spam: '스팸으로 분류',
    delete: '삭제',
    block: '작성자 차단',
    back: '돌아가기',
    publishOf: (name) => markup`${hidden(`${name}님의 댓글 `)}승인`,
    holdOf: (name) => markup`${hidden(`${name}님의 댓글 `)}숨기기`,
    spamOf: (name) => markup`${hidden(`${name}님의 댓글: `)}스팸`,
    deleteOf: (name) => markup`${hidden(`${name}님의 댓글 `)}삭제`,
    blockOf: (name) => markup`${hidden(`${name}님 `)}차단`,
    off: '이 블로그는 댓글을 받지 않습니다. 관리자가 설정에서 바꿀 수 있습니다.',
    states: '상태',
    queues: { held: '승인 대기', published: '표시됨', spam: '스팸' },
    found: (count) => `댓글 ${count}개`,
    nothing: '댓글이 없습니다.',
    done: {
      decided: '처리했습니다.',
      deleted: '댓글을 삭제했습니다.',
      blocked: '작성자를 차단했습니다.',
      unblocked: '차단을 해제했습니다.',
      saved: '단어 목록을 저장했습니다.',
    },
    reasons: {
      policy: '모든 댓글 승인',
      first: '첫 댓글',
      honeypot: '자동 입력',
      links: '링크',
      markup: '게시판 마크업',
      words: '단어 목록',
      repeated: '반복된 내용',
      fast: '짧은 시간에 여러 번',
      learned: '이전 스팸과 비슷함',
    },
    wordList: '승인이 필요한 단어',
    words: '단어',
    wordsHint: '한 줄에 하나씩 입력하세요. 이 단어가 들어 있는 댓글은 누가 쓰든 승인을 기다립니다.',
    saveWords: '단어 저장',
    blocked: '차단한 사람',
    kinds: { account: '계정', email: '이메일 주소', network: '네트워크(30일 동안)' },
    blockedBy: (name) => markup`차단한 사람: ${name}`,
    unblock: (name) => markup`${hidden(`${name}님 `)}차단 해제`,
  },

  settings: {
    saved: '설정을 저장했습니다. 몇 초 안에 블로그에 반영됩니다.',
    blog: '블로그',
    title: '제목',
    description: '설명',
    descriptionHint: '검색 엔진과 피드에 표시됩니다.',
    language: '언어',
    languageHint:
      '글을 쓰는 언어의 태그입니다: en, ko, pt-BR. ko이면 화면이 한국어로, 다른 언어이면 영어로 표시됩니다.',
    timeZone: '시간대',
    timeZoneHint: 'UTC 또는 Asia/Seoul과 같은 도시 이름을 입력하세요.',
    looks: '디자인',
    accent: '강조 색',
    accentHint: '링크와 버튼의 색입니다. 읽기 어려운 색은 쓸 수 없습니다.',
    accentDark: '어두운 테마의 강조 색',
    accentDarkHint: '그대로 두면 위의 색에 맞춰집니다.',
    logo: '로고',
    logoHint: '모든 페이지의 위쪽에 블로그 이름 대신 표시되고, 링크 미리 보기에도 나옵니다.',
    icon: '아이콘',
    iconHint: '탭과 홈 화면에 쓰는 정사각형 그림입니다. 없으면 로고를 씁니다.',
    removePicture: '삭제',
    navigation: '메뉴',
    navigationHint: '한 줄에 링크 하나씩 입력하세요: 소개 | /blog/posts/about',
    footer: '바닥글',
    layout: '목록 모양',
    layoutHint:
      '글을 위아래로 늘어놓거나, 대표 사진이 있는 카드로 보여 줍니다. 카드로 하면 첫 화면에서 최신 글이 더 크게 보입니다.',
    layouts,
    postsPerPage: '페이지당 글 수',
    readers: '독자',
    comments: '댓글',
    commentsHint:
      '승인을 기다리는 댓글은 편집자나 글쓴이가 승인하면 표시됩니다. 계정이 있는 사람은 첫 댓글만, 이름을 마음대로 쓸 수 있는 손님은 모든 댓글이 승인을 기다립니다. 광고로 보이는 댓글은 언제나 승인을 기다립니다.',
    commentPolicies,
    registration: '가입 허용',
    registrationHint:
      '편집자와 관리자는 구성원 페이지에서 링크로 초대할 수 있습니다. 독자는 글을 읽고, 글쓴이는 글을 발행합니다.',
    registrations,
    save: '설정 저장',
  },

  editor: {
    heading: (isNew, isPage) => `${isPage ? '페이지' : '글'} ${isNew ? '쓰기' : '수정'}`,
    previewOf: (title) => `미리 보기: ${title || '제목 없음'}`,
    untitled: '제목 없음',
    title: '제목',
    category: '카테고리',
    categoryHint: '있는 카테고리를 고르거나 새로 입력하세요.',
    tags: '태그',
    tagsHint: '쉼표로 구분합니다.',
    text: '본문',
    yourText: '내가 쓴 본문',
    textHint: 'Markdown으로 씁니다.',
    cover: '대표 사진',
    coverHint: '글 위와 목록, 피드, 링크 카드에 보이는 사진입니다.',
    setCover: '대표 사진으로 정하기',
    publishAt: '예약 발행',
    publishAtHint: (timeZone) => `비워 두면 바로 발행합니다. 시간대: ${timeZone}`,
    inNavigation: '사이트 메뉴에 표시',
    inNavigationHint: '발행하면 모든 페이지 위쪽의 메뉴에 나타납니다.',
    isPage: '페이지입니다. 주소는 있지만 목록과 피드, 글 수에는 들어가지 않습니다.',
    isPost: '블로그 소개처럼 목록과 피드, 글 수에 들어가지 않는 글은 페이지로 만들 수 있습니다.',
    language: '언어',
    languageHint: '이 글의 언어 태그입니다: en, ko, pt-BR. 비워 두면 문자를 보고 판단합니다.',
    makePage: '페이지로 바꾸기',
    makePost: '글로 바꾸기',
    preview: '미리 보기',
    notSaved: '미리 보기(아직 저장하지 않음)',
    backToDraft: '임시글로 되돌리기',
    saveChanges: '변경 사항 저장',
    saveAsDraft: '임시글로 저장',
    publishThen: '예약하기',
    saveDraft: '임시 저장',
    publish: '발행',
    logIn: '계속하려면 로그인하세요',
    status: '상태',
    statuses: { draft: '임시글', published: '발행됨' },
    stored: '현재 저장된 글',
    conflict: (link) =>
      markup`이 화면을 연 뒤에 글이 수정되었습니다. 필요한 내용을 아래의 본문에 옮긴 다음 저장하면 저장된 글을 덮어씁니다. ${link('내가 쓴 내용을 버리고 저장된 글을 수정')}할 수도 있습니다.`,
    marks: '취소선은 없어진 내용, 밑줄은 새 내용입니다.',
    othersChanged: '다른 사람이 바꾼 내용',
    youChanged: '내가 바꾼 내용',
    storedToYours: '저장된 글에서 내 글로 바뀐 내용',
    storedText: '저장된 본문',
    help: '서식 도움말',
    formats,
  },

  pictures: {
    insert: '사진 넣기',
    picture: '사진',
    file: '파일',
    fileHint: 'PNG, JPEG, WebP, GIF, AVIF 형식으로 최대 10 MB까지 올릴 수 있습니다. 촬영 위치는 공개되지 않습니다.',
    shows: '대체 텍스트',
    showsHint: '사진을 볼 수 없는 사람을 위한 설명입니다. 장식용 사진이면 비워 두세요.',
    upload: '올려서 넣기',
  },

  ownPosts: {
    yours: '내 글',
    ofAuthors: '모든 글쓴이의 글',
    states: { all: '전체', draft: '임시글', scheduled: '예약 글', published: '발행한 글', page: '페이지' },
    statesLabel: '상태',
    oneOf: { draft: '임시글', scheduled: '예약됨', published: '발행됨' },
    page: (state) => `페이지, ${state}`,
    limit: '목록 필터',
    show: '보기',
    noSuch: '해당하는 글이 없습니다.',
    none: {
      all: '아직 쓴 글이 없습니다.',
      draft: '임시글이 없습니다.',
      scheduled: '발행을 예약한 글이 없습니다.',
      published: '발행한 글이 없습니다.',
      page: '페이지가 없습니다.',
    },
    write: '글쓰기',
    older: '이전 글',
    due: (time) => `${time}에 발행 예약됨`,
  },

  deletion: {
    title: '글 삭제',
    question: '이 글을 삭제할까요?',
    text: (title, link) =>
      markup`${title} 글을 더 이상 아무도 볼 수 없게 됩니다. 30일 동안은 ${link('삭제한 글')}에서 복원할 수 있습니다.`,
    keep: '취소',
    deleteIt: '삭제',
  },

  deleted: {
    title: '삭제한 글',
    howLong: '삭제한 글은 30일 동안 그대로 복원할 수 있습니다. 그 뒤에는 완전히 삭제됩니다.',
    nothing: '최근 30일 동안 삭제한 글이 없습니다.',
    more: '다른 삭제한 글',
    isDeleted: (title) => markup`${title} 글을 삭제했습니다.`,
    undo: '되돌리기',
    state: (isPage, isDraft) => `${isPage ? '페이지, ' : ''}${isDraft ? '임시글' : '발행됨'}`,
    by: (author, time, deletedBy) => markup`글쓴이 ${author} · ${time}에 ${deletedBy} 님이 삭제.`,
    left: (days) => (days > 1 ? `${days}일 남았습니다.` : '오늘까지 복원할 수 있습니다.'),
    restore: (title) => markup`${hidden(`‘${title}’ `)}복원`,
    forget: (title) => markup`${hidden(`‘${title}’ `)}지금 완전히 삭제`,
    forgetForGood: (title) => markup`${hidden(`‘${title}’ `)}완전히 삭제`,
    forgetHint: '다시는 복원할 수 없습니다.',
    notThere: '더 이상 삭제한 글 목록에 없는 글입니다.',
  },

  revisions: {
    versions: '버전',
    of: (title) => `버전: ${title}`,
    version: (version) => `버전 ${version}`,
    made: (time, editor, status) => markup`${time} · ${editor} · ${status}`,
    present: '현재 버전',
    same: (version) => `버전 ${version}의 내용이 현재 글과 같습니다`,
    since: (version) => `버전 ${version} 이후 바뀐 내용`,
    marks: (version) => `취소선은 버전 ${version}에만 있는 내용, 밑줄은 현재 글에만 있는 내용입니다.`,
    restore: (version) => `버전 ${version} 복원`,
    restoreHint: '이 버전의 제목과 본문이 최신 버전이 됩니다. 이 버전은 목록에 그대로 남습니다.',
  },
};

function whenAgain(seconds: number | undefined): string {
  if (seconds === undefined) return '나중에';
  return seconds < 90 ? `${seconds}초 뒤에` : `${Math.ceil(seconds / 60)}분 뒤에`;
}
