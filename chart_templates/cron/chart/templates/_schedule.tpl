{{/* Kubernetes would refuse such a schedule too, but Helm has then changed the other objects already. */}}
{{- define "<% service %>.scheduleGuard" -}}
{{- $fields := splitList " " .Values.schedule -}}
{{- if eq (len $fields) 5 -}}
{{- $months := "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC" -}}
{{- $numbers := dict
      "minute" "[0-5]?[0-9]"
      "hour" "[01]?[0-9]|2[0-3]"
      "day of the month" "0?[1-9]|[12][0-9]|3[01]"
      "month" (printf "0?[1-9]|1[0-2]|%s" $months)
      "day of the week" "[0-6]|SUN|MON|TUE|WED|THU|FRI|SAT" -}}
{{- range $index, $name := list "minute" "hour" "day of the month" "month" "day of the week" -}}
{{- $field := index $fields $index -}}
{{- $number := get $numbers $name -}}
{{- $item := printf "(\\*|\\?|(%s)(-(%s))?)(/[1-9][0-9]*)?" $number $number -}}
{{- if not (regexMatch (printf "^%s(,%s)*$" $item $item) (upper $field)) -}}
{{- include "<% service %>.refuse" (printf "schedule: %s is no %s" $field $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* dict "root" $ "shared" whether pods on several nodes may mount the volume */}}
{{- define "<% service %>.runsGuard" -}}
{{- if and .root.Values.persistence.enabled (not .shared) (eq .root.Values.concurrencyPolicy "Allow") -}}
{{- include "<% service %>.refuse" "persistence.accessModes: ReadWriteOnce needs another concurrencyPolicy than Allow" -}}
{{- end -}}
{{- end -}}
