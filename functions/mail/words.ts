/** What a mail says, in one language. */
export interface MailWords {
  greeting: string;
  /** By the kind of the mail. */
  kinds: Readonly<Record<string, KindWords>>;
  footer: (blog: string) => string;
  newsletter: NewsletterWords;
  comments: {
    subject: (blog: string, post: string, count: number) => string;
    by: (author: string) => string;
    /** Somebody without an account. */
    guest: string;
    read: string;
    more: (count: number) => string;
    off: string;
  };
}

/** Of mails to subscribers. */
export interface NewsletterWords {
  question: { subject: (blog: string) => string; text: (blog: string) => string; link: string; after: string };
  by: (author: string, blog: string) => string;
  read: string;
  why: (blog: string) => string;
  unsubscribe: string;
}

interface KindWords {
  subject: (blog: string) => string;
  /** Before the links. */
  text: (blog: string) => string;
  link: (account: string) => string;
  /** After the links. */
  after: string;
  /** Of the page that a link leads to. */
  path: string;
}

const paths = {
  'password-reset': '/blog/password-reset/new',
  'email-verification': '/blog/verify-email',
  'log-in': '/blog/login-link/open',
  'email-change': '/blog/verify-email',
  'email-changed': '/blog/password-reset/new',
} as const;

const english: MailWords = {
  greeting: 'Hello,',
  kinds: {
    'password-reset': {
      subject: (blog) => `${blog}: choose a new password`,
      text: (blog) =>
        `somebody, most likely you, asked for a new password at ${blog}. The link is good once, for one hour:`,
      link: (account) => `New password for ${account}`,
      after: 'If you did not ask for it, there is nothing to do: your password stays as it is.',
      path: paths['password-reset'],
    },
    'email-verification': {
      subject: (blog) => `${blog}: is this your address?`,
      text: (blog) => `an account at ${blog} has this e-mail address. The link is good once, for 24 hours:`,
      link: (account) => `Yes, ${account} is me`,
      after: 'If you do not know of it, there is nothing to do.',
      path: paths['email-verification'],
    },
    'log-in': {
      subject: (blog) => `${blog}: log in`,
      text: (blog) =>
        `somebody, most likely you, wants to log in to ${blog}. The link is good once, for a quarter of an hour, in the browser that asked for it:`,
      link: (account) => `Log in as ${account}`,
      after: 'If you did not ask for it, there is nothing to do: nobody is logged in without this link.',
      path: paths['log-in'],
    },
    'email-change': {
      subject: (blog) => `${blog}: is this your new address?`,
      text: (blog) =>
        `an account at ${blog} is to have this e-mail address from now on. The link is good once, for 24 hours:`,
      link: (account) => `Yes, this is the address of ${account}`,
      after: 'If you do not know of it, there is nothing to do: the account keeps the address that it has.',
      path: paths['email-change'],
    },
    'email-changed': {
      subject: (blog) => `${blog}: your account has another address now`,
      text: (blog) =>
        `your account at ${blog} has another e-mail address now. If that was you, there is nothing to do. If not, this link brings the address back and sets a new password; it is good once, for seven days:`,
      link: (account) => `That was not me: take ${account} back`,
      after:
        'Whoever else is logged in is logged out by it. Look afterwards which passkeys and other ways in your account has.',
      path: paths['email-changed'],
    },
  },
  footer: (blog) => `This mail was sent by ${blog} because it was asked for. Nobody reads answers to it.`,
  newsletter: {
    question: {
      subject: (blog) => `${blog}: new posts by e-mail?`,
      text: (blog) =>
        `Somebody, most likely you, wants new posts of ${blog} to be sent to this address. The link is good once, for seven days:`,
      link: 'Yes, send them to me',
      after: 'If you did not ask for it, there is nothing to do: nothing is sent to you.',
    },
    by: (author, blog) => `By ${author} · ${blog}`,
    read: 'Read it on the blog',
    why: (blog) => `You get this mail because you subscribed to ${blog}.`,
    unsubscribe: 'Unsubscribe',
  },
  comments: {
    subject: (blog, post, count) => `${blog}: ${count === 1 ? 'a comment' : `${count} comments`} on “${post}”`,
    by: (author) => `${author} wrote:`,
    guest: 'guest',
    read: 'Read it on the blog',
    more: (count) => (count === 1 ? 'And one more.' : `And ${count} more.`),
    off: 'You do not want such mails any more?',
  },
};

const korean: MailWords = {
  greeting: '안녕하세요.',
  kinds: {
    'password-reset': {
      subject: (blog) => `${blog}: 새 비밀번호 정하기`,
      text: (blog) => `${blog}에서 새 비밀번호를 요청하셨습니다. 아래 링크는 한 시간 동안 한 번만 쓸 수 있습니다.`,
      link: (account) => `${account} 계정의 새 비밀번호 정하기`,
      after: '요청하지 않으셨다면 아무것도 하지 않으셔도 됩니다. 비밀번호는 바뀌지 않습니다.',
      path: paths['password-reset'],
    },
    'email-verification': {
      subject: (blog) => `${blog}: 이메일 주소 확인`,
      text: (blog) =>
        `${blog}의 계정에 이 이메일 주소가 등록되어 있습니다. 아래 링크는 24시간 동안 한 번만 쓸 수 있습니다.`,
      link: (account) => `${account} 계정의 주소가 맞습니다`,
      after: '모르는 일이라면 아무것도 하지 않으셔도 됩니다.',
      path: paths['email-verification'],
    },
    'log-in': {
      subject: (blog) => `${blog}: 로그인`,
      text: (blog) =>
        `${blog}에 로그인하려고 하셨습니다. 아래 링크는 요청한 브라우저에서만, 15분 동안 한 번만 쓸 수 있습니다.`,
      link: (account) => `${account} 계정으로 로그인`,
      after: '요청하지 않으셨다면 아무것도 하지 않으셔도 됩니다. 이 링크 없이는 아무도 로그인할 수 없습니다.',
      path: paths['log-in'],
    },
    'email-change': {
      subject: (blog) => `${blog}: 새 이메일 주소 확인`,
      text: (blog) =>
        `${blog}의 한 계정이 앞으로 이 이메일 주소를 쓰려고 합니다. 아래 링크는 24시간 동안 한 번만 쓸 수 있습니다.`,
      link: (account) => `${account} 계정의 새 주소가 맞습니다`,
      after: '모르는 일이라면 아무것도 하지 않으셔도 됩니다. 계정의 주소는 바뀌지 않습니다.',
      path: paths['email-change'],
    },
    'email-changed': {
      subject: (blog) => `${blog}: 계정의 이메일 주소가 바뀌었습니다`,
      text: (blog) =>
        `${blog} 계정의 이메일 주소가 다른 주소로 바뀌었습니다. 직접 바꾸셨다면 아무것도 하지 않으셔도 됩니다. 그렇지 않다면 아래 링크로 주소를 되돌리고 새 비밀번호를 정하실 수 있습니다. 링크는 7일 동안 한 번만 쓸 수 있습니다.`,
      link: (account) => `내가 바꾸지 않았습니다: ${account} 계정 되찾기`,
      after:
        '그러면 로그인되어 있던 곳에서 모두 로그아웃됩니다. 그다음 계정에 등록된 패스키와 다른 로그인 방법도 확인해 주세요.',
      path: paths['email-changed'],
    },
  },
  footer: (blog) => `${blog}에서 요청에 따라 보낸 메일입니다. 답장은 아무도 읽지 않습니다.`,
  newsletter: {
    question: {
      subject: (blog) => `${blog}: 새 글을 이메일로 받으시겠습니까?`,
      text: (blog) =>
        `${blog}의 새 글을 이 주소로 받겠다는 요청이 있었습니다. 아래 링크는 7일 동안 한 번만 쓸 수 있습니다.`,
      link: '네, 보내 주세요',
      after: '요청하지 않으셨다면 아무것도 하지 않으셔도 됩니다. 아무것도 보내지 않습니다.',
    },
    by: (author, blog) => `${author} · ${blog}`,
    read: '블로그에서 읽기',
    why: (blog) => `${blog}를 구독하셔서 보내 드리는 메일입니다.`,
    unsubscribe: '구독 취소',
  },
  comments: {
    subject: (blog, post, count) => `${blog}: “${post}” 글에 댓글 ${count}개`,
    by: (author) => `${author} 님의 댓글:`,
    guest: '손님',
    read: '블로그에서 보기',
    more: (count) => `그 밖에 ${count}개가 더 있습니다.`,
    off: '이런 메일을 더 받고 싶지 않으신가요?',
  },
};

/** The words for a blog's language: Korean, else English. */
export const mailWords = (language: string): MailWords => (/^ko(?:-|$)/i.test(language) ? korean : english);
