# fish completion for doorstroom(1)

function __doorstroom_partners
    doorstroom status --json 2>/dev/null | string match -ra '"id": *"([^"]*)"' | string replace -r '"id": *"([^"]*)"' '$1' | sort -u
end

set -l commands status partners log show search records explain disclosures kpi funnel matrix report plan quarantine refused review match refer referrals withdraw sync pause resume fields config adapter backup
complete -c doorstroom -f
complete -c doorstroom -l json -d 'print JSON'
complete -c doorstroom -l help -d help
complete -c doorstroom -l config -r -F -d 'configuration file'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a status -d 'where every partner stands'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a partners -d 'what each partner is, can do and is given'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a log -d 'the sync log'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a show -d 'one record'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a search -d 'records in which a text occurs'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a records -d 'hub ids and their links'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a explain -d 'why a record says what it says'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a disclosures -d 'who was given which fields'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a kpi -d 'what took place, who took part'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a funnel -d 'what became of companies and their referrals'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a matrix -d 'referrals partner by partner'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a report -d 'all that is counted'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a plan -d 'what would be written at partners'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a quarantine -d 'records that could not be read'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a refused -d 'changes that a partner did not take'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a review -d 'questions for a human'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a sync -d 'ask a partner now'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a pause -d 'leave a partner alone'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a resume -d 'take up a partner again'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a fields -d 'the common record'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a config -d 'the configuration'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a adapter -d 'check an endpoint'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a backup -d 'copy the store'
complete -c doorstroom -n '__fish_seen_subcommand_from plan; and not __fish_seen_subcommand_from list show approve reject' -a 'list show approve reject'
complete -c doorstroom -n '__fish_seen_subcommand_from quarantine refused; and not __fish_seen_subcommand_from list show retry drop' -a 'list show retry drop'
complete -c doorstroom -n '__fish_seen_subcommand_from review; and not __fish_seen_subcommand_from list show accept reject answer merge split' -a 'list show accept reject answer merge split'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a match -d 'why two records are one, or two'
complete -c doorstroom -n '__fish_seen_subcommand_from match; and not __fish_seen_subcommand_from explain replaced replay report train' -a 'explain replaced replay report train'
complete -c doorstroom -n '__fish_seen_subcommand_from replay' -l model -r -F -d 'the model'
complete -c doorstroom -n '__fish_seen_subcommand_from replay' -l apply -d 'make each a question'
complete -c doorstroom -n '__fish_seen_subcommand_from accept reject merge split' -l dry-run -d 'only say what would change'
complete -c doorstroom -n '__fish_seen_subcommand_from accept reject' -l all-like-this -d 'every question like it'
complete -c doorstroom -n '__fish_seen_subcommand_from accept reject' -l yes -d 'with all-like-this: do it'
complete -c doorstroom -n '__fish_seen_subcommand_from split' -l partner -x -a '(__doorstroom_partners)'
complete -c doorstroom -n '__fish_seen_subcommand_from split' -l key -x
complete -c doorstroom -n '__fish_seen_subcommand_from review' -l kind -x -a 'match duplicate chain merge apart state route'
complete -c doorstroom -n '__fish_seen_subcommand_from review' -l surest -d 'highest score first'
complete -c doorstroom -n '__fish_seen_subcommand_from review' -l older -x
complete -c doorstroom -n '__fish_seen_subcommand_from config; and not __fish_seen_subcommand_from show check' -a 'show check'
complete -c doorstroom -n '__fish_seen_subcommand_from adapter; and not __fish_seen_subcommand_from check' -a check
complete -c doorstroom -n '__fish_seen_subcommand_from status sync pause resume check' -a '(__doorstroom_partners)'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a refer -d 'refer a company to a partner'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a referrals -d 'open referrals, and overdue answers'
complete -c doorstroom -n "not __fish_seen_subcommand_from $commands" -a withdraw -d 'withdraw a referral'
complete -c doorstroom -n '__fish_seen_subcommand_from partners' -l history -d 'as organisations'
complete -c doorstroom -n '__fish_seen_subcommand_from refer' -l to -x -a '(__doorstroom_partners)'
complete -c doorstroom -n '__fish_seen_subcommand_from refer' -l from -x -a '(__doorstroom_partners)'
complete -c doorstroom -n '__fish_seen_subcommand_from refer' -l service -x -a 'academie inspiratiesessie toolkit webinar scan audit begeleiding subsidie wervingssessie'
complete -c doorstroom -n '__fish_seen_subcommand_from refer' -l contact -x
complete -c doorstroom -n '__fish_seen_subcommand_from refer' -l channel -x
complete -c doorstroom -n '__fish_seen_subcommand_from refer withdraw' -l reason -x
complete -c doorstroom -n '__fish_seen_subcommand_from referrals' -a '(__doorstroom_partners)'
complete -c doorstroom -n '__fish_seen_subcommand_from referrals' -l overdue -d 'answers that are overdue'
complete -c doorstroom -n '__fish_seen_subcommand_from referrals' -l all -d 'ended ones, too'
complete -c doorstroom -n '__fish_seen_subcommand_from sync' -l full -d 'read everything'
complete -c doorstroom -n '__fish_seen_subcommand_from sync' -l approve -d 'through the inbound guard once'
complete -c doorstroom -n '__fish_seen_subcommand_from check' -l offline -d 'send nothing'
complete -c doorstroom -n '__fish_seen_subcommand_from check' -l write -d 'make and remove records'
complete -c doorstroom -n '__fish_seen_subcommand_from check' -l yes -d 'do not ask'
complete -c doorstroom -n '__fish_seen_subcommand_from check' -l leave -d 'what cannot be removed may stay'
complete -c doorstroom -n '__fish_seen_subcommand_from check' -l type -x -a 'organization contact referral participation'
complete -c doorstroom -n '__fish_seen_subcommand_from log' -s f -l follow -d 'go on'
complete -c doorstroom -n '__fish_seen_subcommand_from log' -l partner -x -a '(__doorstroom_partners)'
complete -c doorstroom -n '__fish_seen_subcommand_from log' -l record -x
complete -c doorstroom -n '__fish_seen_subcommand_from log' -l kind -x
complete -c doorstroom -n '__fish_seen_subcommand_from log' -l since -x
complete -c doorstroom -n '__fish_seen_subcommand_from fields' -a 'organization contact referral participation'
complete -c doorstroom -n '__fish_seen_subcommand_from search records' -l type -x -a 'organization contact referral participation'
complete -c doorstroom -n '__fish_seen_subcommand_from backup' -F
complete -c doorstroom -n '__fish_seen_subcommand_from kpi funnel matrix report' -l period -x -d 'of what happened in'
complete -c doorstroom -n '__fish_seen_subcommand_from kpi funnel matrix report' -l from -x -d 'from this day on'
complete -c doorstroom -n '__fish_seen_subcommand_from kpi funnel matrix report' -l to -x -d 'up to this day'
complete -c doorstroom -n '__fish_seen_subcommand_from kpi funnel matrix report' -l as-of -x -d 'as known then'
complete -c doorstroom -n '__fish_seen_subcommand_from kpi funnel matrix report' -l small-cells -x -d 'hide counts below'
complete -c doorstroom -n '__fish_seen_subcommand_from kpi funnel matrix report' -l successors -d 'add up under who came after'
complete -c doorstroom -n '__fish_seen_subcommand_from kpi funnel matrix report' -l sessions -x -d 'for a certificate'
complete -c doorstroom -n '__fish_seen_subcommand_from kpi report' -l groups -x -d 'apart; the others as one'
complete -c doorstroom -n '__fish_seen_subcommand_from train' -l name -x -d 'its version begins with it'
complete -c doorstroom -n '__fish_seen_subcommand_from train' -l seed -x
complete -c doorstroom -n '__fish_seen_subcommand_from train' -l wrong -x -d 'one link of so many may be wrong'
complete -c doorstroom -n '__fish_seen_subcommand_from train' -l ask -x -d 'about one record of so many may be asked'
complete -c doorstroom -n '__fish_seen_subcommand_from log search records plan quarantine refused review referrals replay' -l limit -x -d 'at most'
complete -c doorstroom -n '__fish_seen_subcommand_from records review' -l after -x -d 'go on after'
complete -c doorstroom -n '__fish_seen_subcommand_from kpi funnel matrix report' -l overdue -x -d 'answers take no longer'
complete -c doorstroom -n '__fish_seen_subcommand_from kpi funnel matrix report' -l by -x -d 'counted apart by'
complete -c doorstroom -n '__fish_seen_subcommand_from kpi funnel matrix' -l csv -d 'comma-separated values'
complete -c doorstroom -n '__fish_seen_subcommand_from kpi funnel matrix' -l svg -r -F -d 'draw into'
complete -c doorstroom -n '__fish_seen_subcommand_from report' -l out -r -F -d 'write the page into'
complete -c doorstroom -n '__fish_seen_subcommand_from train' -l out -r -F -d 'write the model there'
complete -c doorstroom -n '__fish_seen_subcommand_from report' -l language -x -a 'nl en both' -d 'of the page'
