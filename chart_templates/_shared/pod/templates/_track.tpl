{{/* Completes a track with what its values change: dict "root" $ "track" its labels "values" differences. */}}
{{- define "<% service %>.track" -}}
{{- $values := .root.Values -}}
{{- $image := .values.image | default dict -}}
{{- if not (or $image.tag $image.digest) -}}
{{- $image = merge (pick $values.image "tag" "digest") $image -}}
{{- end -}}
{{- $image = merge (dict "repository" ($image.repository | default $values.image.repository)) $image -}}
{{- $config := mergeOverwrite (deepCopy (pick $values.config "env" "files")) (deepCopy (.values.config | default dict)) -}}
{{- $env := mergeOverwrite (deepCopy $values.env) (deepCopy (.values.env | default dict)) -}}
{{- $own := dict
      "image" (include "<% service %>.image" (dict "root" .root "image" $image))
      "env" $env
      "config" $config -}}
{{- merge .track $own (include "<% service %>.scale" . | fromJson) | toJson -}}
{{- end -}}
