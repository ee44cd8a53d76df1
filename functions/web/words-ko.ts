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

/** What pages say in Korean: 합니다체, 하세요 where somebody is asked to do something. */
export const korean: Words = {
  language: 'ko',
  number,
  posts: (count) => `글 ${number(count)}개`,
  names: (all) => all.join(', '),

  frame: {
    skip: '본문으로 건너뛰기',
    navigation: '사이트 메뉴',
    write: '글쓰기',
    posts: '글 관리',
    people: '구성원',
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
};

function whenAgain(seconds: number | undefined): string {
  if (seconds === undefined) return '나중에';
  return seconds < 90 ? `${seconds}초 뒤에` : `${Math.ceil(seconds / 60)}분 뒤에`;
}
