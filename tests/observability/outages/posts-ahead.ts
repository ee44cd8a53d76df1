// The function posts, on a machine whose clock is an hour ahead.
import './clock-ahead.ts';
import '@dormouse/posts/main';
