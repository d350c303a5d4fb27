# bash completion for doorstroom(1)

_doorstroom_partners() {
	doorstroom status --json 2>/dev/null | grep -o '"id": *"[^"]*"' | cut -d'"' -f4
}

_doorstroom() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} word command='' sub='' words=''
	local groups=' plan quarantine refused review match config adapter '
	COMPREPLY=()
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		-*) ;;
		*)
			if [[ -z $command ]]; then
				command=$word
			elif [[ -z $sub && $groups == *" $command "* ]]; then
				sub=$word
			fi
			;;
		esac
	done
	case $prev in
	--partner|--from|--to)
		words=$(_doorstroom_partners)
		;;
	--type)
		words='organization contact referral participation'
		;;
	--kind)
		[[ $command == review ]] && words='match duplicate chain merge apart state route'
		;;
	--service)
		words='academie inspiratiesessie toolkit webinar scan audit begeleiding subsidie wervingssessie'
		;;
	--language)
		words='nl en both'
		;;
	--by)
		words='kind partner title from to service province legal_form size_class year quarter month cohort'
		;;
	--config|--model|--out|--svg)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	*)
		case "$command $sub" in
		' ')
			words='status partners log show search records explain disclosures kpi funnel matrix report plan quarantine refused review match refer
				referrals withdraw sync pause resume fields config adapter backup'
			;;
		'plan ') words='list show approve reject' ;;
		'quarantine '|'refused ') words='list show retry drop' ;;
		'review ') words='list show accept reject answer merge split' ;;
		'match ') words='explain replaced replay report train' ;;
		'config ') words='show check' ;;
		'adapter ') words='check' ;;
		'status '|'referrals '|'sync '|'pause '|'resume '|'quarantine list'|'refused list'|'adapter check') words=$(_doorstroom_partners) ;;
		'fields ') words='organization contact referral participation' ;;
		'backup ')
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		esac
		;;
	esac
	if [[ $cur == -* ]]; then
		words='--json --help --config'
		case "$command $sub" in
		'log ') words+=' --follow --partner --record --kind --since --limit' ;;
		'kpi '|'funnel '|'matrix '|'report ')
			words+=' --period --from --to --as-of --small-cells --successors'
			case $command in kpi|report) words+=' --sessions --groups' ;; esac
			case $command in matrix|report) words+=' --overdue' ;; esac
			case $command in kpi|funnel) words+=' --by' ;; esac
			case $command in kpi|funnel|matrix) words+=' --csv --svg' ;; esac
			[[ $command == report ]] && words+=' --out --language'
			;;
		'search ') words+=' --type --limit' ;;
		'records ') words+=' --type --limit --after' ;;
		'sync ') words+=' --full --approve' ;;
		'partners ') words+=' --history' ;;
		'refer ') words+=' --to --service --contact --from --reason --channel' ;;
		'referrals ') words+=' --overdue --all --limit' ;;
		'withdraw ') words+=' --reason' ;;
		'adapter check') words+=' --offline --type --write --yes --leave' ;;
		'plan show'|'quarantine list'|'refused list') words+=' --limit' ;;
		'review list') words+=' --kind --type --partner --older --surest --after --limit' ;;
		'review accept'|'review reject') words+=' --all-like-this --yes --dry-run' ;;
		'review merge') words+=' --dry-run' ;;
		'match replay') words+=' --model --apply --limit' ;;
		'match train') words+=' --out --name --seed --wrong --ask' ;;
		'review split') words+=' --partner --key --dry-run' ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _doorstroom doorstroom
