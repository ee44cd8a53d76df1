import type { Role } from '@dormouse/runtime/caller';
import type { AppError } from '@dormouse/runtime/errors';
import type { TokenScope } from '@dormouse/runtime/token-scopes';
import type { Settings } from './blog-settings.ts';
import { type Html, hidden, markup, type Wrap } from './html.ts';
import { numberText } from './number-text.ts';
import type { ThemeName } from './theme-names.ts';

/**
 * Every text of the pages in one language: a key that a language lacks is an error of types. A word joiner (U+2060) keeps lines from ending within
 * `e-\u2060mail`: the blog's own fonts have no non-breaking hyphen (U+2011), and find in page finds the word as people type it.
 */
export type Words = typeof english;
/** Texts by what went wrong. */
export type ByCode = Partial<Record<AppError['code'], string>>;

const plural = new Intl.PluralRules('en');
const posts = (count: number): string =>
  `${numberText(count, 'en')} ${plural.select(count) === 'one' ? 'post' : 'posts'}`;

const errorTitles: ByCode = {
  not_found: 'Nothing here',
  forbidden: 'Not for you',
  unauthorized: 'Log in first',
  method_not_allowed: 'That does not work here',
  too_large: 'Too much at once',
  too_many_requests: 'Too fast',
  unavailable: 'Still half asleep',
  internal: 'That went wrong',
};

const errorTexts: ByCode = {
  not_found: 'There is no page at this address. It may have been moved or deleted, or the address has a slip in it.',
  unauthorized: 'This page is for people who are logged in.',
  unavailable: 'Part of this blog is waking up or does not answer.',
  internal: 'Something went wrong on our side.',
};

const alerts: ByCode = {
  internal: 'Something went wrong on our side. Nothing you typed is lost: try again.',
  unavailable: 'Part of the blog is waking up or does not answer. Nothing you typed is lost: try again in a moment.',
  invalid: 'Please look at the marked fields.',
};

/** Roles, and what each of them may do. */
const roleTexts: Readonly<Record<Role, string>> = {
  reader: 'Reader',
  author: 'Author: writes posts',
  editor: 'Editor: changes all posts',
  operator: 'Operator: looks after events, writes no posts',
  admin: 'Administrator: may do everything',
};
const roleNames: Readonly<Record<Role, string>> = {
  reader: 'Reader',
  author: 'Author',
  editor: 'Editor',
  operator: 'Operator',
  admin: 'Administrator',
};

/** Who may register: short enough for a list on a phone. */
const registrations: Readonly<Record<Settings['registration'], string>> = {
  nobody: 'Nobody',
  invitation: 'By invitation',
  readers: 'Everybody, as readers',
  authors: 'Everybody, as authors',
};

/** Whose comments are shown at once. */
const commentPolicies: Readonly<Record<Settings['comments'], string>> = {
  none: 'Nobody can comment',
  open: 'Shown at once',
  first_held: 'The first one waits',
  all_held: 'Each one waits',
};

/** What pages are drawn with. */
const fontChoices: Readonly<Record<Settings['fonts'], string>> = {
  system: 'Those of each reader’s device',
  source: 'Source Serif and Source Sans',
};

/** How lists look. */
const layouts: Readonly<Record<Settings['layout'], string>> = { list: 'Below each other', cards: 'As cards' };

/** How to format, and what it makes. */
const formatsInEnglish: readonly (readonly [code: string, text: Html])[] = [
  ['# Heading', markup`a heading; more # for smaller ones`],
  ['**bold** *italic* ~~gone~~', markup`emphasis`],
  ['[text](https://example.org)', markup`a link`],
  ['- item', markup`a list; <code>1. item</code> for a numbered one`],
  ['> quoted', markup`a quotation`],
  ['`code`', markup`code; three backticks and a language on lines of their own around a block`],
  ['| a | b |', markup`a table; its second line is <code>|---|---|</code>`],
  ['![what it shows](address "caption")', markup`a picture`],
  ['![one](address)⏎![two](address)', markup`a gallery: pictures in lines of their own`],
  ['- [ ] to do', markup`a task; <code>- [x] done</code>`],
  ['text[^1]', markup`a footnote; <code>[^1]: note</code> on a line of its own`],
  ['> [!NOTE]', markup`a callout, with its text in the next lines; also <code>TIP</code>, <code>WARNING</code>`],
  ['$x^2$', markup`a formula`],
  ['[toc]', markup`a list of the headings`],
];

/** What pages say in English. */
export const english = {
  /** BCP 47, for Intl. */
  language: 'en',
  number: (count: number): string => numberText(count, 'en'),
  posts,
  /** Names in a row: "Ada, Grace and Edsger". */
  nobody: 'a deleted account',
  names: (all: readonly string[]): string =>
    all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`,

  /** What every page has around its main part. */
  frame: {
    /** What a blog says of itself as long as nobody has written anything else (untouched() in site.ts). */
    description: 'A blog that sleeps until somebody reads it.',
    skip: 'Skip to content',
    navigation: 'Site',
    search: 'Search',
    write: 'Write',
    posts: 'Posts',
    people: 'People',
    comments: 'Comments',
    settings: 'Settings',
    webhooks: 'Webhooks',
    account: 'Account',
    logIn: 'Log in',
    signUp: 'Sign up',
    logOut: 'Log out',
    loggedInAs: (name: string): string => `Logged in as ${name}`,
    categories: 'Categories',
    tags: 'Tags',
    archive: 'Archive',
    feed: 'Feed',
    numbers: 'Numbers',
    appearance: 'Appearance',
    notSetUp: (registration: Settings['registration'], link: Wrap): Html =>
      markup`This blog was never set up${
        registration === 'authors'
          ? ': anybody can register and write'
          : registration === 'readers'
            ? ': anybody can register'
            : ''
      }. ${link('Set it up')}.`,
  },

  list: {
    latest: 'Latest posts',
    featured: 'Featured',
    older: 'Older posts',
    newer: 'Newer posts',
    newest: 'Newest',
    more: 'More posts',
    category: 'Category',
    tag: 'Tag',
    author: 'Author',
    all: 'All',
    moreCategories: (count: number): string => `${numberText(count, 'en')} more…`,
    ofCategory: (name: string): string => `Posts in ${name}.`,
    ofTag: (name: string): string => `Posts about ${name}.`,
    ofMonth: (name: string): string => `Posts of ${name}.`,
    ofAuthor: (name: string): string => `Posts by ${name}.`,
    nothingBeyond: 'There are no posts beyond this point.',
    nothingYet: 'Nothing has been written here yet.',
    nothingByAuthor: 'Nothing is published here yet.',
    elsewhere: 'Elsewhere',
    noTags: 'No post has a tag yet.',
    writeFirst: (link: Wrap): Html => markup`${link('Write the first one')}.`,
    signUpToWrite: (link: Wrap): Html => markup`${link('Sign up')} to write the first one.`,
    wasFirst: 'That was the first post.',
  },

  post: {
    draft: 'This is a draft: nobody but you and the editors can see it.',
    scheduled: (time: string): string =>
      `This is published on ${time}, and a draft until then: nobody but you and the editors can see it.`,
    minutes: (count: number): string => `${numberText(count, 'en')} min read`,
    by: (author: Html): Html => markup`By ${author}`,
    edit: (title: string): Html => markup`Edit${hidden(` “${title}”`)}`,
    versions: (title: string): Html => markup`Versions${hidden(` of “${title}”`)}`,
    delete: (title: string): Html => markup`Delete${hidden(` “${title}”`)}`,
    lastChanged: (day: Html): Html => markup`Last changed ${day}`,
    allPosts: 'All posts',
    orMoreIn: (category: Html): Html => markup`<span class="muted">or more in</span> ${category}`,
    beside: 'Before and after',
    before: 'Before',
    after: 'After',
    share: 'Share',
    shareHint: 'One click selects the whole address.',
    shareLinkHint: 'Right-click this link, or press and hold it, and copy its address.',
    moreToRead: 'More to read',
    moreIn: (category: Html): Html => markup`More in ${category}`,
  },

  search: {
    title: 'Search',
    words: 'What to look for',
    button: 'Search',
    narrow: 'Only some posts',
    from: 'From',
    until: 'Until',
    /** @param count `1000+` for more than a thousand */
    found: (count: string): string =>
      count === '1000+' ? 'More than 1,000 posts found' : `${posts(Number(count))} found`,
    /** @param words a link to what they find */
    meant: (words: Html): Html => markup`Did you mean ${words}?`,
    more: 'More results',
    best: 'Best results',
    pages: 'Pages of results',
    nothing: (archive: Wrap, categories: Wrap, tags: Wrap): Html =>
      markup`All words must be in a post: fewer find more. Or look in the ${archive('archive')}, among ${categories('categories')} or ${tags('tags')}.`,
    invalid: 'This cannot be looked for: write up to 200 characters on one line.',
  },

  appearance: {
    legend: 'Theme',
    own: 'As the blog has it',
    /** A letter or two, in each theme. */
    sample: 'Aa',
    themes: {
      auto: 'Light or dark, as your device says',
      light: 'Light',
      dark: 'Dark',
      sepia: 'Sepia',
      contrast: 'High contrast, light or dark as your device says',
    } satisfies Record<ThemeName, string>,
    hint: 'Kept in this browser, in a cookie that says nothing else.',
    save: 'Save',
  },

  numbers: {
    posts: 'Posts',
    byCategory: 'Posts by category',
  },

  errors: {
    title: (code: AppError['code']): string => errorTitles[code] ?? 'That did not work',
    /** Undefined where what a function said of it says more. */
    text: (code: AppError['code']): string | undefined => errorTexts[code],
    readOn: (archive: Wrap, categories: Wrap, tags: Wrap): Html =>
      markup`Or look in the ${archive('archive')}, among ${categories('categories')} or ${tags('tags')}.`,
    trace: 'Trace',
    /** What one of our functions says in English, in the language of the page. */
    said: (text: string): string => text.replaceAll(' e-mail', ' e-\u2060mail'),
    /** @param seconds undefined: nobody knows */
    tryAgain: (seconds: number | undefined): string => `Try again ${whenAgain(seconds)}.`,
  },

  /** What stands above a form that came back. */
  problems: {
    /** Title of the page. */
    title: (page: string): string => `Problem: ${page}`,
    ofCode: (code: AppError['code']): string | undefined => alerts[code],
    tooMany: (seconds: number | undefined): string => `Too many attempts. Try again ${whenAgain(seconds)}.`,
    expired: 'You have been logged out meanwhile. Nothing is lost: log in here, then press the button again.',
    stale:
      'This form was older than your session, or your browser keeps no cookies. Nothing is lost: press the button again.',
    staleSignUp:
      'Your browser did not send the cookie that belongs to this form. Cookies may be off, or the form was open for very long. Please try again.',
    settingsChanged:
      'Somebody else changed the settings after you had opened this page. Nothing is lost: what you typed is still here, and saving it replaces theirs.',
    chooseFile: 'Choose a file first.',
    draftsOnly: 'Only drafts are saved by themselves.',
    postChanged: 'Somebody changed this post while you were writing. Nothing is lost: both versions are here.',
    postDeleted: 'This post has been deleted meanwhile. Your text is still here: saving makes a new post of it.',
    savedBefore:
      'An earlier text of this form was saved already. Look at your posts first: saving again makes a second one.',
    changedBeforeDelete: 'This post was changed after you had opened this page. Look at it again before you delete it.',
    changedBeforeRestore:
      'This post was changed after you had opened this page. Look at the difference again before you restore.',
    commentChanged:
      'This comment was changed after you had opened this page. Look at it again; what you typed is still here.',
    ofTag: (tag: string, message: string): string => `“${tag}” ${message}.`,
    ofLine: (line: number, part: 'label' | 'href', message: string): string =>
      `line ${line}: ${part === 'label' ? 'the name' : 'the address behind the |'} ${message}`,
  },

  /** Fields that several forms have. */
  fields: {
    userName: 'User name',
    userNameShown: 'Shown beside what you write.',
    userNameForLogIn: 'What you log in with.',
    name: 'Name',
    nameShown: 'Shown beside what you write, in any script.',
    anyScript: 'In any script.',
    email: 'E-mail',
    emailHidden: 'Never shown to anybody.',
    password: 'Password',
    passwordRule: 'At least 8 characters.',
    presentPassword: 'Present password',
    newPassword: 'New password',
    code: 'Code',
    role: 'Role',
    command: 'Command',
    pictureTypes: 'PNG, JPEG, WebP, GIF or AVIF.',
  },

  signing: {
    newHere: (link: Wrap): Html => markup`New here? ${link('Sign up')}.`,
    haveAccount: (link: Wrap): Html => markup`Have an account? ${link('Log in')}.`,
    byInvitation: 'This blog takes new accounts by invitation only. Ask somebody who writes here for a link.',
    haveCode: 'I have a code',
    closed: 'This blog takes no new accounts.',
    claim: 'Claim your account',
    claimText: 'Choose a password, and the account is yours. What an import brought in your name is here already.',
    codeHint: 'The one that an administrator gave you.',
    ready: 'Your account is ready. Log in with it.',
    join: 'Join',
    joinBlog: (blog: string): string => `Join ${blog}`,
    invites: (inviter: Html, role: Role): Html => markup`${inviter} invites you. Your role: ${roleTexts[role]}.`,
    noInvitation: 'No invitation',
    readBlog: 'Read the blog',
    forgotten: 'Forgot your password?',
    forgottenText: 'A link by which you choose a new one comes by e-\u2060mail. It is good for one hour.',
    sendMail: 'Send the mail',
    mailSent: 'Look into your mail',
    mailSentText:
      'If an account has this address, a mail with a link is on its way. An address is sent three mails within an hour at most.',
    choose: 'Choose a new password',
    anotherMail: 'Ask for another mail',
    byMail: 'Log in by e-\u2060mail',
    byMailText: 'A link comes by e-\u2060mail, good for a quarter of an hour, in this browser.',
    verify: 'Confirm your address',
    verifyText: 'So that a forgotten password finds its way back to you, and to nobody else.',
    verifyIt: 'This address is mine',
    endMails: 'End mails about comments',
    endMailsText: 'You will no longer be told of comments by e-\u2060mail. Your account’s page switches it on again.',
    mailsEnded: 'No more mails about comments',
    mailsEndedText: 'Your account’s page switches them on again.',
    verified: 'Your address is confirmed',
    verifiedText: 'A forgotten password can be replaced by a link that is sent there.',
  },

  leaving: {
    title: 'Some text is not saved',
    text: 'You are logged out. The editor still keeps text in this browser that the blog does not have. Remove it, so that nobody else finds it, or keep it until you log in here again.',
    keep: 'Keep it',
    remove: 'Remove it',
  },

  setup: {
    ready: 'Your blog is ready',
    title: 'Set up this blog',
    yours: 'Set up your blog',
    later: 'Everything can be changed later, in Settings.',
    name: 'Name of the blog',
    account: 'Your account',
    registration: 'Who else may register',
    button: 'Set up the blog',
    notYet: (registration: Settings['registration'], link: Wrap): Html =>
      markup`Nobody has set this blog up yet${
        registration === 'authors'
          ? markup`: anybody can ${link('register')} and write`
          : registration === 'readers'
            ? markup`: anybody can ${link('register')}`
            : ''
      }.`,
    howTo: 'Whoever runs it finds a link that works once where the platform was started, or prints a new one:',
    writeFirst: 'Write the first post',
    bring: 'Or bring a blog along: a folder of Markdown, or an export of WordPress, Ghost, Jekyll, Hugo and others.',
    done: 'This blog is set up.',
    read: 'Read it',
  },

  account: {
    you: (username: Html, email: Html | undefined, link: Wrap): Html =>
      markup`You are ${username}${email ? markup`, ${email}, which nobody else sees` : ''}. What you write is on ${link('your page')}.`,
    notices: {
      changed: 'Your password is changed.',
      saved: 'What others see is saved.',
      ended: 'That log-in has ended.',
      revoked: 'The token is revoked.',
      linked: 'It is linked: you can log in with it from now on.',
      unlinked: 'It is unlinked.',
      passkey: 'The passkey is yours: you can log in with it from now on.',
      unfinished: 'Nothing was linked. Please begin again.',
      mailed: 'A mail with a link is on its way to you.',
      asked:
        'A mail with a link is on its way to the new address. An address is sent three mails within an hour at most.',
      kept: 'Your address stays as it is.',
    },
    unverified: 'Nobody has confirmed yet that this address is yours.',
    sendLink: 'Send a link there',
    waiting: (email: Html): Html => markup`${email} becomes your address when you follow the link that was sent there.`,
    keepEmail: 'Keep the present one',
    anotherEmail: 'Another address',
    untilProven:
      'A link is sent there, and until you follow it nothing changes. Then the present address is told, if you have confirmed it.',
    commentMails: (wanted: boolean): string =>
      wanted
        ? 'You are told by e-\u2060mail of comments on your posts, and of answers to yours.'
        : 'You are not told of comments by e-\u2060mail.',
    switchMails: (wanted: boolean): string => (wanted ? 'End these mails' : 'Tell me'),
    others: 'What others see',
    about: 'About you',
    aboutHint: 'A few sentences of plain text, at most 500 characters.',
    picture: 'Picture',
    pictureHint: 'Of you, on your page and beside your name.',
    links: 'Your pages elsewhere',
    linksHint:
      'Addresses that begin with https://, each on a line of its own. Your page here links to them as yours (rel="me").',
    save: 'Save',
    afterwards: 'Afterwards you are logged in here, and nowhere else.',
    changePassword: 'Change password',
    sessions: 'Where you are logged in',
    thisOne: 'this one',
    session: (begun: Html, used: Html): Html => markup`since ${begun} · last used ${used}`,
    agent: (program: string | undefined, system: string | undefined): string =>
      `${program ?? 'Another program'}${system ? ` on ${system}` : ''}`,
    end: (agent: string, begun: Html): Html =>
      markup`End<span class="hidden"> the log-in of ${agent} since ${begun}</span>`,
    tokens: {
      title: 'Tokens for programs',
      about: (link: Wrap): Html =>
        markup`A program that has one does here what you allow it, without your password: ${link('what programs can ask for')}.`,
      make: 'Make a token',
      name: 'Name of the token',
      nameHint: 'What it is for.',
      may: 'It may',
      scopes: {
        'account:read': 'read your name, address and role',
        'posts:read': 'read your posts, drafts too',
        'posts:write': 'write, change and delete posts',
        'categories:write': 'rename and merge categories, where you may',
        'media:read': 'read your pictures',
        'media:write': 'upload and delete pictures',
        'comments:read': 'read comments, also those that wait, where you may',
        'comments:moderate': 'show, hide and delete comments, and block who wrote them, where you may',
        'webhooks:read': 'read webhooks and what was sent to them, where you may',
        'webhooks:write': 'make, change and remove webhooks, where you may',
      } satisfies Record<TokenScope, string>,
      chooseScope: 'Choose what it may do.',
      days: 'Days that the token is good',
      makeIt: 'Make the token',
      shownOnce: 'Copy the token. It is shown only now:',
      dates: (until: Html, used: Html | undefined): Html =>
        markup`until ${until} · ${used ? markup`last used ${used}` : 'never used'}`,
      revoke: (name: string): Html => markup`Revoke${hidden(` ${name}`)}`,
    },
    data: 'Your data',
    dataText:
      'A file with what this blog has of you: account, log-ins, invitations, and all your posts, drafts too, and comments.',
    download: 'Download',
    delete: 'Delete the account',
    deleting: 'Delete account',
    deleteTitle: 'Delete your account?',
    deleteText: (username: Html): Html =>
      markup`Your name, address and password are removed, and you are logged out everywhere. Your comments are deleted. Posts and pictures stay without your name: delete them before, if they should go. Nobody gets the user name ${username} again.`,
    keep: 'Keep it',
    deleteIt: 'Delete it',
  },

  providers: {
    logIn: (provider: string): string => `Continue with ${provider}`,
    failed: {
      again: 'This log-in was begun elsewhere or long ago, or was finished already. Please begin again.',
      denied: 'You are not logged in: the other site was told not to say who you are.',
      down: 'The other site does not answer now. Try again later, or log in another way.',
      refused: 'What the other site answered proves nothing, so you are not logged in. Please begin again.',
    },
    title: 'Log in with',
    about: 'Accounts on other sites that lead to yours here. You can use any of them instead of a password.',
    link: (provider: string): string => `Link ${provider}`,
    dates: (since: Html, used: Html | undefined): Html =>
      markup`linked ${since} · ${used ? markup`last used ${used}` : 'never used'}`,
    unlink: (provider: string, account: string): Html => markup`Unlink${hidden(` ${account} at ${provider}`)}`,
    linkTitle: (provider: string): string => `Link ${provider}?`,
    linkText: (account: Html, provider: string, username: Html): Html =>
      markup`Whoever logs in to ${provider} as ${account} is ${username} here from then on.`,
    linkIt: 'Link it',
    unlinkTitle: (provider: string): string => `Unlink ${provider}?`,
    unlinkText: (account: Html, provider: string): Html =>
      markup`Afterwards ${account} at ${provider} is no way into your account.`,
    unlinkIt: 'Unlink it',
    newTitle: 'Your new account',
    unknown: (account: Html, provider: string): Html =>
      markup`No account here belongs to ${account} at ${provider} yet.`,
    newText: 'Choose what you are called here, and it is yours.',
    linkLater: 'You can link both on the page of your account.',
    invitation: 'Code of your invitation',
    invitationHint: 'What stands after “code=” in the link that you were sent.',
  },

  passkeys: {
    logIn: 'Log in with a passkey',
    failed: 'The passkey was not used. Please try again, or go on another way.',
    title: 'Passkeys',
    about: 'Log in by unlocking your device, without a name, a password or a code. No other site can ask for them.',
    make: 'Add a passkey',
    change: (name: string): Html => markup`Change${hidden(` ${name}`)}`,
    newTitle: 'A new passkey',
    newText: 'Your device, or what keeps your passwords, makes it and asks you to unlock it.',
    name: 'Name of the passkey',
    nameHint: 'So that you know later which device has it.',
    goOn: 'Go on',
    device: 'Now your device makes the passkey.',
    makeIt: 'Make the passkey',
    missing: 'This browser cannot make passkeys, or its scripts are off.',
    one: 'Passkey',
    rename: 'Rename',
    removeText: 'Once it is removed here, your device may still offer it, and nobody logs in with it.',
    remove: 'Remove it',
    back: 'Back',
  },

  secondFactor: {
    title: 'Second factor',
    about: 'Log-ins then also ask for a code that an app on another device shows. All other log-ins and tokens end.',
    setUp: 'Set up',
    tellApp: 'Add this blog to your authenticator app, then type the code that it shows.',
    openApp: 'Open the app on this device',
    secret: 'Or type this into it:',
    code: 'Code',
    codeNow: 'Six digits, as the app shows them now.',
    codeOrRecovery: 'Of your app, or one of your recovery codes.',
    turnOn: 'Turn it on',
    keepCodes:
      'It is on. Keep these codes for the day the app is lost; each is good once, and they are shown only now:',
    done: 'I have them',
    isOn: (left: number): string => `Log-ins ask for a code. Recovery codes that are left: ${left}.`,
    turnOff: 'Turn it off',
    back: 'Back',
  },

  people: {
    roleTexts,
    roleNames,
    notices: {
      changed: 'The account is changed. It applies everywhere within 5 seconds.',
      revoked: 'The invitation is revoked.',
    },
    sendLink: 'Send this link. It works once, and is shown only now:',
    closed: 'This blog takes no new accounts: nobody can be invited.',
    whoMay: (link: Wrap): Html => markup`${link('Settings')} say who may register.`,
    invite: 'Invite somebody',
    nameHint: 'Whom it is for.',
    emailHint: 'Filled in for them. Nothing is sent.',
    days: 'Days that it is good',
    makeLink: 'Make a link',
    open: 'Open invitations',
    somebody: 'Somebody',
    number: (id: number): string => `number ${id}`,
    invitation: (role: Role, inviter: Html, until: Html): Html =>
      markup`${roleTexts[role]} · invited by ${inviter} · until ${until}`,
    revoke: (whom: string): Html => markup`Revoke${hidden(` the invitation of ${whom}`)}`,
    accounts: 'Accounts',
    moreAccounts: 'More accounts',
    first: 'First',
    since: (day: Html): Html => markup`since ${day}`,
    suspended: 'access ended',
    unclaimed: 'not claimed',
    roleOf: (name: string): string => `Role of ${name}`,
    saveRole: (name: string): Html => markup`Save role${hidden(` of ${name}`)}`,
    suspend: (name: string): Html => markup`End access${hidden(` of ${name}`)}`,
    restore: (name: string): Html => markup`Give access back${hidden(` to ${name}`)}`,
  },

  comments: {
    title: 'Comments',
    one: 'A comment',
    count: (count: number): string =>
      `${numberText(count, 'en')} ${plural.select(count) === 'one' ? 'comment' : 'comments'}`,
    /** Titles of a feed and of what is in it: plain text. */
    on: (title: string): string => `Comments on “${title}”`,
    by: (name: string): string => `Comment by ${name}`,
    unread: 'The comments cannot be read just now.',
    more: 'More comments',
    oldest: 'The first ones',
    newer: 'Newer',
    older: 'Older',
    deleted: 'This comment was deleted.',
    guest: 'guest',
    author: 'author of the post',
    edited: 'changed',
    answer: (name: string): Html => markup`Answer${hidden(` to ${name}`)}`,
    change: (name: string): Html => markup`Change or delete${hidden(` the comment of ${name}`)}`,
    write: 'Write a comment',
    answerTo: (name: Html): Html => markup`Answer to ${name}`,
    noAnswer: 'Write a comment of its own instead',
    as: (name: Html): Html => markup`You write as ${name}.`,
    text: 'Your comment',
    textHint: (most: number): string =>
      `At most ${numberText(most, 'en')} characters. Markdown: *emphasis*, links, lists, > quotations and \`code\`.`,
    emailHint: 'Not needed. Only those who look after the comments see it.',
    website: 'Leave this field empty',
    send: 'Send the comment',
    orLogIn: (link: Wrap): Html => markup`Or ${link('log in')} first.`,
    notices: { held: 'Thank you. Your comment waits until somebody has looked at it.' },
    statuses: { published: 'shown', held: 'waits', spam: 'spam', deleted: 'deleted' },
    quarter: 'Your own text can be changed for 15 minutes.',
    save: 'Save',
    publish: 'Show it',
    hold: 'Hide it',
    spam: 'It is spam',
    delete: 'Delete it',
    block: 'Block who wrote it',
    back: 'Back',
    publishOf: (name: string): Html => markup`Show${hidden(` the comment of ${name}`)}`,
    holdOf: (name: string): Html => markup`Hide${hidden(` the comment of ${name}`)}`,
    spamOf: (name: string): Html => markup`Spam${hidden(`: the comment of ${name}`)}`,
    deleteOf: (name: string): Html => markup`Delete${hidden(` the comment of ${name}`)}`,
    blockOf: (name: string): Html => markup`Block${hidden(` ${name}`)}`,
    off: 'This blog takes no comments: an administrator can change that in Settings.',
    states: 'States',
    queues: { held: 'Waiting', published: 'Shown', spam: 'Spam' },
    found: (count: string): string => (count === '1' ? '1 comment' : `${count} comments`),
    nothing: 'No comments here.',
    done: {
      decided: 'That is decided.',
      deleted: 'The comment is deleted.',
      blocked: 'Whoever wrote it comments no more.',
      unblocked: 'They may comment again.',
      saved: 'The words are saved.',
    },
    reasons: {
      policy: 'all wait',
      first: 'the first one',
      honeypot: 'typed by a program',
      links: 'links',
      markup: 'markup of forums',
      words: 'a word of the list',
      repeated: 'said before',
      fast: 'many at once',
      learned: 'like earlier spam',
    },
    wordList: 'Words that wait',
    words: 'Words',
    wordsHint: 'One in each line. A comment with one of them waits, whoever writes it.',
    saveWords: 'Save the words',
    blocked: 'Blocked',
    kinds: { account: 'account', email: 'e-\u2060mail address', network: 'network, for 30 days' },
    blockedBy: (name: Html): Html => markup`by ${name}`,
    unblock: (name: string): Html => markup`Let in again${hidden(`: ${name}`)}`,
  },

  webhooks: {
    title: 'Webhooks',
    about:
      'Programs of others that are told of what happens on the blog. They are told of public posts, and of nobody.',
    make: 'Tell a program',
    url: 'Address',
    urlHint: 'Begins with https://. Addresses inside of a network are refused.',
    events: 'What it is told of',
    types: {
      published: 'A post was published',
      updated: 'A published post was changed',
      unpublished: 'A post was hidden again',
      deleted: 'A published post was deleted',
    },
    typesHint: 'Everything is signed as Standard Webhooks describes it; libraries of many languages verify that.',
    noType: 'Choose at least one.',
    makeButton: 'Make a webhook',
    notices: {
      changed: 'The webhook is changed.',
      removed: 'The webhook is removed.',
      tested: 'A test is under way. Load this page again to see what was answered.',
      resent: 'It is sent once more. Load this page again to see what was answered.',
    },
    secret: 'The secret by which the program verifies what it gets. It is shown only now:',
    of: (host: string): string => `Webhook of ${host}`,
    since: (day: Html): Html => markup`since ${day}`,
    failing: (time: Html): Html => markup`has failed since ${time}`,
    oldSecret: (time: Html): Html => markup`the old secret signs until ${time}`,
    disabled: {
      failing: 'disabled: it failed for days',
      gone: 'disabled: it answered that it wants nothing more (410)',
      operator: 'disabled by an operator',
    },
    save: 'Save',
    test: 'Send a test',
    rotate: 'Replace the secret',
    enable: 'Enable',
    disable: 'Disable',
    removing: 'Remove this webhook',
    removingText: 'What was sent to it is forgotten as well.',
    remove: 'Remove',
    sent: 'What was sent',
    nothingSent: 'Nothing yet.',
    states: { waiting: 'Waiting', delivered: 'Delivered', failed: 'Failed' },
    answered: (status: number): string => `answered ${status}`,
    details: (id: string): Html => markup`Request and answers <code class="hidden">${id}</code>`,
    request: 'Request',
    answer: 'Answer',
    resend: (id: string): Html => markup`Send again <code class="hidden">${id}</code>`,
    newest: 'Newest',
    older: 'Older',
  },

  newsletter: {
    title: 'Newsletter',
    subscribe: 'New posts by e-\u2060mail',
    about: 'Each new post is sent to you once. One click in any of these mails ends it.',
    closed: 'This blog sends no posts by e-\u2060mail.',
    email: 'E-mail address',
    website: 'Leave this empty',
    subscribeButton: 'Subscribe',
    asked: 'Look into your mail',
    askedText: 'A mail with a link is on its way to this address. Nothing else is sent before the link was followed.',
    confirm: 'Do you want new posts by e-\u2060mail?',
    confirmText: (blog: string): string => `New posts of ${blog} are sent to the address that this link was sent to.`,
    confirmButton: 'Yes, send them to me',
    confirmed: 'You have subscribed',
    confirmedText: 'The next new post comes by e-\u2060mail.',
    unsubscribe: 'No more posts by e-\u2060mail?',
    unsubscribeText: (blog: string): string => `${blog} forgets the address that this link was sent to.`,
    unsubscribeButton: 'Unsubscribe',
    unsubscribed: 'You have unsubscribed',
    unsubscribedText: 'Nothing more is sent, and the address is forgotten.',
    on: 'New posts are sent to subscribers, five minutes after they were published. Pages have a field to subscribe.',
    off: 'Posts are not sent, and nobody can subscribe.',
    turnOn: 'Send new posts',
    turnOff: 'Stop sending posts',
    counts: ({ confirmed, pending, paused }: { confirmed: number; pending: number; paused: number }): string =>
      `${confirmed} subscribed, ${pending} not confirmed yet, ${paused} paused because their mail server refused three mails`,
    mailed: 'Posts',
    nothing: 'Nothing was sent yet.',
    postOf: (id: number): string => `Post ${id}`,
    states: {
      left_out: 'left out',
      skipped: 'not for the newsletter',
      waiting: 'is sent soon',
      sending: 'is being sent',
      sent: 'sent',
      stopped: 'stopped: it was hidden',
    },
    progress: (post: { waiting: number; sent: number; refused: number; failed: number }): string =>
      `${post.sent} sent, ${post.waiting} waiting, ${post.refused} refused, ${post.failed} failed`,
    leaveOut: 'Do not send this post',
    leaveOutField: 'Do not send this post to subscribers',
    subscribers: 'Subscribers',
    subscriberStates: { pending: 'not confirmed yet', confirmed: 'subscribed', paused: 'paused' },
    bounced: (count: number, code: string): string =>
      `refused ${count === 1 ? 'once' : `${numberText(count, 'en')} times`} (${code})`,
    exported: 'Download all as CSV',
    nobody: 'Nobody yet.',
    more: 'More',
    remove: (email: string): Html => markup`Remove${hidden(`: ${email}`)}`,
    notices: {
      saved: 'It is saved. Readers see it within a minute.',
      leftOut: 'This post is not sent.',
      removed: 'The subscriber is removed.',
    },
  },

  settings: {
    newsletter: (link: Wrap): Html => markup`Posts can be sent by e-\u2060mail: ${link('newsletter')}.`,
    webhooks: (link: Wrap): Html => markup`Programs of others are told of posts by ${link('webhooks')}.`,
    saved: 'The settings are saved. Readers see them within seconds.',
    blog: 'The blog',
    title: 'Title',
    description: 'Description',
    descriptionHint: 'What search engines and feeds say of it.',
    language: 'Language',
    languageHint: 'Of what you write, as a language tag: en, ko, pt-BR. With ko these pages are Korean.',
    timeZone: 'Time zone',
    timeZoneHint: 'UTC, or a city as in Europe/Berlin.',
    looks: 'How it looks',
    accent: 'Accent colour',
    accentHint: 'Of links and buttons. One that cannot be read is refused.',
    accentDark: 'Accent colour in the dark theme',
    accentDarkHint: 'Left as it is, it follows the other one.',
    theme: 'Theme',
    themeHint: 'Readers may choose another one for themselves (Appearance, at the foot of every page).',
    fonts: 'Fonts',
    fontChoices,
    fontsHint:
      'Source Serif and Source Sans look the same everywhere, and weigh 80 kB at a reader’s first visit. Letters that are not Latin keep to the fonts of the device.',
    logo: 'Logo',
    logoHint: 'At the head of every page in the place of the name, and on cards of links.',
    icon: 'Icon',
    iconHint: 'A square, for tabs and home screens. Without one the logo is taken.',
    removePicture: 'Remove it',
    navigation: 'Navigation',
    navigationHint: 'A link in each line: About | /blog/posts/about',
    footer: 'Footer',
    layout: 'Lists',
    layoutHint: 'Below each other, or as cards with the covers of posts; on the front page the newest one is larger.',
    layouts,
    postsPerPage: 'Posts per page',
    readers: 'Readers',
    comments: 'Comments',
    commentsHint:
      'What waits is shown after an editor, or the author of the post, let it pass. The first one of somebody with an account; each one of guests, who may use any name. What looks like advertising always waits.',
    commentPolicies,
    registration: 'Who may register',
    registrationHint:
      'Editors and administrators invite by link, on the page People. Readers read; authors publish what they write.',
    registrations,
    save: 'Save settings',
  },

  editor: {
    heading: (isNew: boolean, isPage: boolean): string => `${isNew ? 'Write a' : 'Edit'} ${isPage ? 'page' : 'post'}`,
    previewOf: (title: string): string => `Preview: ${title || 'untitled'}`,
    untitled: 'Untitled',
    title: 'Title',
    category: 'Category',
    categoryHint: 'One that exists, or a new one; General when it is left empty.',
    tags: 'Tags',
    tagsHint: 'Separated by commas.',
    text: 'Text',
    yourText: 'Your text',
    textHint: 'Markdown.',
    cover: 'Cover',
    coverFile: 'Cover picture',
    coverHint: 'A picture above the text, in lists, in feeds and on cards of links.',
    setCover: 'Set as cover',
    publishAt: 'Publish at',
    publishAtHint: (timeZone: string): string => `Left empty, it is published at once. Time zone: ${timeZone}.`,
    date: 'Date',
    dateHint: (timeZone: string): string =>
      `That the post bears in lists and feeds, as of an article of years ago. Not in the future. Time zone: ${timeZone}.`,
    inNavigation: 'In the navigation',
    inNavigationHint: 'At the head of every page, once it is published.',
    featured: 'Feature this post',
    featuredHint: 'The front page begins with it. Of several, the three newest lead.',
    isPage: 'This is a page: it has an address, and stands in no list, feed or count.',
    isPost: 'For “About” or an imprint there are pages, which stand in no list, feed or count.',
    language: 'Language',
    languageHint: 'Of this text, as a language tag: en, ko, pt-BR. Left empty, it is guessed from the script.',
    summary: 'Summary',
    summaryHint: 'In lists, feeds and cards of links, in the place of the first words.',
    address: 'Address',
    addressHint: 'Last part of the address. Left empty, it is made of the title. Former addresses lead to the new one.',
    makePage: 'Make it a page',
    makePost: 'Make it a post',
    preview: 'Preview',
    notSaved: 'Preview, not saved yet',
    backToDraft: 'Back to draft',
    saveChanges: 'Save changes',
    saveAsDraft: 'Save as draft',
    publishThen: 'Publish at this time',
    saveDraft: 'Save draft',
    publish: 'Publish',
    logIn: 'Log in to go on',
    status: 'Status',
    statuses: { draft: 'draft', published: 'published' },
    stored: 'What is stored now',
    conflict: (link: Wrap): Html =>
      markup`This post was changed after you had opened it. Take over what you need into your text below and save: that replaces the stored version. Or ${link('drop your text and edit the stored one')}.`,
    marks: 'Struck through: gone. Underlined: new.',
    othersChanged: 'What others changed',
    youChanged: 'What you changed',
    storedToYours: 'From the stored text to yours',
    storedText: 'Stored text',
    help: 'How to format',
    formats: formatsInEnglish,
  },

  pictures: {
    insert: 'Insert a picture',
    picture: 'Picture',
    file: 'File',
    fileHint: 'PNG, JPEG, WebP, GIF or AVIF, at most 10 MB. Where it was taken is not shown to anybody.',
    shows: 'What it shows',
    showsHint: 'For people who do not see it. Empty for a mere decoration.',
    upload: 'Upload and insert',
  },

  ownPosts: {
    yours: 'Your posts',
    ofAuthors: 'Posts of authors',
    states: { all: 'All', draft: 'Drafts', scheduled: 'Scheduled', published: 'Published', page: 'Pages' },
    statesLabel: 'States',
    oneOf: { draft: 'Draft', scheduled: 'Scheduled', published: 'Published' },
    page: (state: string): string => `Page, ${state.toLowerCase()}`,
    limit: 'Limit the list',
    show: 'Show',
    noSuch: 'There are no such posts.',
    none: {
      all: 'You have written nothing yet.',
      draft: 'You have no drafts.',
      scheduled: 'Nothing is going to be published by itself.',
      published: 'You have published none.',
      page: 'You have no pages.',
    },
    write: 'Write something',
    older: 'Older',
    due: (time: string): string => `Is published on ${time}`,
  },

  draftLink: {
    title: 'Preview link',
    of: (title: string): Html => markup`Preview link${hidden(` to “${title}”`)}`,
    about: 'Whoever has the link can read this draft, as it is at that time, without an account, until you end it.',
    none: 'There is no link yet.',
    copy: 'One click selects the whole link.',
    openIt: 'Open it',
    make: 'Make a link',
    end: 'End this link',
    published: 'This is published: everybody can read it at its own address, to which the link leads.',
    shown: 'This is a draft, not published yet. Its author let you read it by this link.',
  },

  deletion: {
    title: 'Delete post',
    question: 'Delete this post?',
    text: (title: Html, link: Wrap): Html =>
      markup`${title} will be gone for everybody. For 30 days you can restore it from ${link('what was deleted')}.`,
    keep: 'Keep it',
    deleteIt: 'Delete it',
  },

  deleted: {
    title: 'Deleted',
    howLong: 'What is deleted can be restored for 30 days, as it was. Then it is gone.',
    nothing: 'Nothing was deleted in the last 30 days.',
    more: 'More deleted posts',
    isDeleted: (title: Html): Html => markup`${title} is deleted.`,
    undo: 'Undo',
    by: (author: Html, time: string, deletedBy: Html): Html =>
      markup`By ${author}. Deleted on ${time} by ${deletedBy}.`,
    left: (days: number): string => (days > 1 ? `${days} days are left.` : 'This is its last day.'),
    restore: (title: string): Html => markup`Restore${hidden(` “${title}”`)}`,
    forget: (title: string): Html => markup`Forget it now${hidden(` “${title}”`)}`,
    forgetForGood: (title: string): Html => markup`Forget it for good${hidden(` “${title}”`)}`,
    forgetHint: 'Nobody can bring it back then.',
    notThere: 'This post is not among the deleted ones any more.',
  },

  revisions: {
    versions: 'Versions',
    of: (title: string): string => `Versions: ${title}`,
    version: (version: number): string => `Version ${version}`,
    made: (time: string, editor: Html, status: string): Html => markup`${time} by ${editor}, ${status}`,
    bySelf: 'saved by itself',
    present: 'the present one',
    same: (version: number): string => `Version ${version} has the present text`,
    since: (version: number): string => `What has changed since version ${version}`,
    marks: (version: number): string =>
      `Struck through: only in version ${version}. Underlined: only in the present text.`,
    restore: (version: number): string => `Restore version ${version}`,
    restoreHint: 'Its title and text become the newest version; this one stays in the list.',
  },
};

function whenAgain(seconds: number | undefined): string {
  if (seconds === undefined) return 'later';
  if (seconds < 90) return seconds === 1 ? 'in a second' : `in ${seconds} seconds`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
}
