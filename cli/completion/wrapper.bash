
# What bash needs beside the script above (@bomb.sh/tab): that calls a function of the package bash-completion, which is
# not everywhere, completes no files, and repeats the option in --state=open.
__dormouse_tab() {
    local line=${COMP_LINE:0:COMP_POINT}
    local last=${line##*[[:space:]]}
    if declare -F _get_comp_words_by_ref > /dev/null; then
        __dormouse_complete
    else
        _get_comp_words_by_ref() { __dormouse_words; }
        __dormouse_complete
        unset -f _get_comp_words_by_ref
    fi
    # To bash, = ends a word: only what stands behind it is replaced.
    [[ $last == --*=* && $COMP_WORDBREAKS == *=* ]] && COMPREPLY=("${COMPREPLY[@]#"${last%%=*}="}")
    return 0
}

# Sets the variables of the caller, as the function of bash-completion does.
__dormouse_words() {
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    cword=$((${#words[@]} - 1))
    cur=${words[cword]}
}

complete -o default -F __dormouse_tab dormouse
