{{/*
Most of a Job cannot be changed. So its name ends in a hash of that: a change makes a new Job, Helm removes
the old one, and where nothing changed nothing runs again. Helm itself removes what a hook made before.
dict "root" $ "spec" the Job's spec.
*/}}
{{- define "<% service %>.jobName" -}}
{{- $name := include "<% service %>.fullname" .root -}}
{{- if not .root.Values.hook.enabled -}}
{{- $fixed := pick .spec "completions" "completionMode" "podFailurePolicy" "template" -}}
{{- $name = printf "%s-%s" $name (dict "spec" $fixed "run" .root.Values.run | toJson | sha256sum | trunc 8) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* The annotations that make the Job a hook. */}}
{{- define "<% service %>.jobHook" -}}
{{- $annotations := dict -}}
{{- with .Values.hook -}}
{{- if .enabled -}}
{{- $annotations = dict
      "helm.sh/hook" (join "," .events)
      "helm.sh/hook-weight" (.weight | int | toString)
      "helm.sh/hook-delete-policy" (join "," .deletePolicy) -}}
{{- end -}}
{{- end -}}
{{- toJson $annotations -}}
{{- end -}}

{{/* Does the hook run while the objects of the release are not there yet, or not any more? */}}
{{- define "<% service %>.hookAlone" -}}
{{- with .Values.hook -}}
{{- if .enabled -}}
{{- range list "pre-install" "pre-upgrade" "pre-rollback" "post-delete" -}}
{{- if has . $.Values.hook.events -}}true{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Then all that its pods need comes before it as a hook, and goes when it has succeeded. Helm 3 leaves it when
the hook failed, and takes it over from there only with its own two annotations.
*/}}
{{- define "<% service %>.hookAnnotations" -}}
{{- $annotations := dict -}}
{{- if include "<% service %>.hookAlone" . -}}
{{- $annotations = dict
      "helm.sh/hook" (join "," .Values.hook.events)
      "helm.sh/hook-weight" (sub (int .Values.hook.weight) 1 | toString)
      "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded"
      "meta.helm.sh/release-name" .Release.Name
      "meta.helm.sh/release-namespace" .Release.Namespace -}}
{{- end -}}
{{- toJson $annotations -}}
{{- end -}}

{{- define "<% service %>.jobGuard" -}}
{{- with .Values.hook -}}
{{- if and (not .enabled) $.Values.ttlSecondsAfterFinished -}}
{{- include "<% service %>.refuse" "ttlSecondsAfterFinished: the next upgrade would make the Job again and so run it again; needs hook.enabled" -}}
{{- end -}}
{{- $ended := and (has "hook-succeeded" .deletePolicy) (has "hook-failed" .deletePolicy) -}}
{{- if not (or (has "before-hook-creation" .deletePolicy) $ended) -}}
{{- include "<% service %>.refuse" "hook.deletePolicy: without before-hook-creation the next run finds the Job of the last one in its way" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* dict "root" $ "shared" whether pods on several nodes may mount the volume */}}
{{- define "<% service %>.runsGuard" -}}
{{- with .root.Values.persistence -}}
{{- if and .enabled (not .existingClaim) (include "<% service %>.hookAlone" $.root) -}}
{{- include "<% service %>.refuse" "persistence.existingClaim: a claim of its own would come and go with each run of the hook" -}}
{{- end -}}
{{- end -}}
{{- end -}}
