<?php
/**
 * Reads an export into a WordPress, and lets that WordPress export what it has then.
 *
 *   php wordpress.php FOLDER IN.xml OUT.xml
 *
 * FOLDER has wp-load.php and a wp-config.php with a database that is for this alone: every post in it is deleted. With the plug-in
 * wordpress-importer in it that reads the file; without it WordPress' own functions are called as the plug-in calls them, with what the
 * names of the elements say. Prints what did it, and how many posts there are.
 */
[, $folder, $in, $out] = $argv;
$_SERVER['HTTP_HOST'] = 'wordpress.invalid';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
define('WP_ADMIN', true);
define('WP_INSTALLING', true);
require "$folder/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/export.php';
if (!is_blog_installed()) wp_install('A blog', 'admin', 'admin@example.com', true, '', 'admin');
update_option('timezone_string', 'UTC');
wp_set_current_user(1);
kses_remove_filters();
foreach (get_posts(['numberposts' => -1, 'post_type' => 'any', 'post_status' => 'any', 'fields' => 'ids']) as $id) wp_delete_post($id, true);
foreach (['category', 'post_tag'] as $taxonomy)
  foreach (get_terms(['taxonomy' => $taxonomy, 'hide_empty' => false, 'fields' => 'ids']) as $id) wp_delete_term($id, $taxonomy);

$plugin = WP_PLUGIN_DIR . '/wordpress-importer/wordpress-importer.php';
if (file_exists($plugin)) {
  define('WP_LOAD_IMPORTERS', true);
  require_once $plugin;
  ob_start();
  (new WP_Import())->import($in);
  ob_end_clean();
  $by = 'wordpress-importer';
} else {
  read_export($in);
  $by = "WordPress' own functions";
}

ob_start();
export_wp(['content' => 'all']);
file_put_contents($out, ob_get_clean());
echo json_encode(['version' => $GLOBALS['wp_version'], 'by' => $by, 'posts' => array_sum((array) wp_count_posts('post'))]), "\n";

/** Elements by the names that WXR 1.2 gives them; an error of XML ends the program. */
function read_export(string $path): void {
  $document = new DOMDocument();
  if (!$document->load($path, LIBXML_NONET | LIBXML_PARSEHUGE)) exit(2);
  $xml = simplexml_import_dom($document);
  $names = $xml->getDocNamespaces();
  foreach ($xml->channel->children($names['wp'])->author as $author)
    if (!username_exists((string) $author->author_login))
      wp_insert_user(['user_login' => (string) $author->author_login, 'user_pass' => wp_generate_password(), 'display_name' => (string) $author->author_display_name]);
  foreach ($xml->channel->children($names['wp'])->category as $category)
    wp_insert_term(wp_slash((string) $category->cat_name), 'category', ['slug' => (string) $category->category_nicename]);
  foreach ($xml->channel->item as $item) read_item($item, $names);
}

function read_item(SimpleXMLElement $item, array $names): void {
  $wp = $item->children($names['wp']);
  if ((string) $wp->post_type !== 'post') return;
  $user = get_user_by('login', (string) $item->children('http://purl.org/dc/elements/1.1/')->creator);
  $id = wp_insert_post(wp_slash([
    'import_id' => (int) $wp->post_id,
    'post_author' => $user ? $user->ID : 1,
    'post_date' => (string) $wp->post_date,
    'post_date_gmt' => (string) $wp->post_date_gmt,
    'post_content' => (string) $item->children('http://purl.org/rss/1.0/modules/content/')->encoded,
    'post_excerpt' => (string) $item->children($names['excerpt'])->encoded,
    'post_title' => (string) $item->title,
    'post_status' => (string) $wp->status,
    'post_name' => (string) $wp->post_name,
    'comment_status' => (string) $wp->comment_status,
    'ping_status' => (string) $wp->ping_status,
    'guid' => (string) $item->guid,
    'post_type' => (string) $wp->post_type,
    'post_password' => (string) $wp->post_password,
  ]), true);
  if (is_wp_error($id)) exit(3);
  $terms = [];
  foreach ($item->category as $term) {
    $taxonomy = (string) $term['domain'];
    $known = term_exists((string) $term['nicename'], $taxonomy);
    $made = $known ?: wp_insert_term(wp_slash((string) $term), $taxonomy, ['slug' => (string) $term['nicename']]);
    if (is_wp_error($made)) exit(4);
    $terms[$taxonomy][] = (int) $made['term_id'];
  }
  foreach ($terms as $taxonomy => $ids) wp_set_post_terms($id, $ids, $taxonomy);
}
