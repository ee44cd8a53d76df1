/** What a mail says, in one language. */
export interface MailWords {
  greeting: string;
  /** By the kind of the mail. */
  kinds: Readonly<Record<string, KindWords>>;
  footer: (blog: string) => string;
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
  },
  footer: (blog) => `This mail was sent by ${blog} because it was asked for. Nobody reads answers to it.`,
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
  },
  footer: (blog) => `${blog}에서 요청에 따라 보낸 메일입니다. 답장은 아무도 읽지 않습니다.`,
};

/** The words for a blog's language: Korean, else English. */
export const mailWords = (language: string): MailWords => (/^ko(?:-|$)/i.test(language) ? korean : english);
