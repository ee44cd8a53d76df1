# Only the rules of the language, which tflint brings along: rule sets for clouds are programs of their own.
config {
  call_module_type = "local"
}

plugin "terraform" {
  enabled = true
  preset  = "all"
}

# Several small files are named after what is in them.
rule "terraform_standard_module_structure" {
  enabled = false
}
