#!/usr/bin/env bash
# Makes a git repository with one commit for each kind of change, the same down to the hashes on every machine.
# Usage: tests/cases/history/make.sh FOLDER   (the folder must not exist, or be empty)
# The outputs of `isms-cost diff --base HEAD~1` at each commit stand beside this file.
set -euo pipefail
cd "$(mkdir -p "$1" && cd "$1" && pwd)"

export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME="A. Author" GIT_AUTHOR_EMAIL=author@example.com
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
hour=0

# commit SUBJECT: everything, an hour after the last one.
commit() {
  hour=$((hour + 1))
  GIT_AUTHOR_DATE="$(printf '2026-11-02T%02d:00:00Z' "$hour")"
  export GIT_AUTHOR_DATE GIT_COMMITTER_DATE="$GIT_AUTHOR_DATE"
  git add --all
  git commit --quiet --message "$1"
}

# edit FILE OLD NEW: replaces text that must be there.
edit() {
  OLD="$2" NEW="$3" python3 - "$1" <<'PY'
import os, pathlib, sys

path = pathlib.Path(sys.argv[1])
text = path.read_text()
assert os.environ["OLD"] in text, f"{path} has no {os.environ['OLD']}"
path.write_text(text.replace(os.environ["OLD"], os.environ["NEW"]))
PY
}

git init --quiet --initial-branch main
git config core.autocrlf false

cat >isms-cost.yaml <<'YAML'
version: 1
template: main.yaml
region: eu-west-2
environments:
  staging: { parameters: staging.json, usage: usage.yaml }
  production: { parameters: production.json, usage: usage.yaml }
YAML
echo '{"Parameters": {"Tasks": "1"}}' >staging.json
echo '{"Parameters": {"Tasks": "4"}}' >production.json
cat >usage.yaml <<'YAML'
resource_usage:
  Network/NatGateway: { monthly_data_processed_gb: 100 }
  Logs: { monthly_data_ingested_gb: 10 }
YAML
cat >main.yaml <<'YAML'
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Tasks: { Type: Number, MinValue: 1 }
Resources:
  Network:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ./network.yaml }
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: app
      Cpu: 1024
      Memory: 2048
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      DesiredCount: !Ref Tasks
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: app
YAML
cat >network.yaml <<'YAML'
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Address:
    Type: AWS::EC2::EIP
  NatGateway:
    Type: AWS::EC2::NatGateway
    Properties:
      AllocationId: !GetAtt Address.AllocationId
Outputs:
  Gateway:
    Value: !Ref NatGateway
YAML
commit "Start: a service behind a NAT gateway, in two environments"

echo '{"Parameters": {"Tasks": "3"}}' >production.json
commit "Cheaper: production runs three tasks"

edit main.yaml "Memory: 2048" "Memory: 4096"
commit "Dearer: twice the memory"

edit network.yaml NatGateway Nat
edit network.yaml AWS::EC2::Nat AWS::EC2::NatGateway
edit usage.yaml Network/NatGateway Network/Nat
commit "Rename the NAT gateway"

edit isms-cost.yaml "environments:" "environments:
  development: { parameters: development.json, usage: usage.yaml }"
echo '{"Parameters": {"Tasks": "1"}}' >development.json
commit "New environment: development"

edit main.yaml "!Ref Tasks" "!Ref Taks"
commit "Break the template"

edit main.yaml "!Ref Taks" "!Ref Tasks"
commit "Mend it"

cat >>main.yaml <<'YAML'
  Warehouse:
    Type: AWS::Redshift::Cluster
    Properties: { ClusterType: single-node, NodeType: ra3.large, DBName: app, MasterUsername: app, ManageMasterPassword: true }
YAML
commit "Add what has no price here: a warehouse"

edit main.yaml "LogGroupName: app" "LogGroupName: app
      RetentionInDays: 400"
commit "Fix a finding: keep logs for 400 days"

cat >>main.yaml <<'YAML'
  MoreLogs:
    Type: AWS::Logs::LogGroup
YAML
edit usage.yaml "  Logs:" "  MoreLogs: { monthly_data_ingested_gb: 0 }
  Logs:"
commit "Bring a finding: a log group that keeps everything"

edit main.yaml "Resources:" "# What runs.
Resources:"
commit "Only a comment"

edit main.yaml "Parameters:
  Tasks: { Type: Number, MinValue: 1 }" "Parameters:
  Stage: { Type: String }
Mappings:
  Sizes:
    development: { Tasks: 1 }
    staging: { Tasks: 1 }
    production: { Tasks: 3 }"
edit main.yaml "!Ref Tasks" "!FindInMap [Sizes, !Ref Stage, Tasks]"
for stage in development staging production; do
  echo "{\"Parameters\": {\"Stage\": \"$stage\"}}" >"$stage.json"
done
commit "Move a parameter to a mapping"

edit main.yaml "staging: { Tasks: 1 }" "staging: { Tasks: 2 }"
commit "Dearer: another value in the mapping"

edit main.yaml "Mappings:" "Conditions:
  IsProduction: !Equals [!Ref Stage, production]
Mappings:"
edit main.yaml "  Task:
    Type" "  Edge:
    Type: AWS::EC2::EIP
    Condition: IsProduction
  Task:
    Type"
commit "Only in production: an address"

edit main.yaml "!Equals [!Ref Stage, production]" "!Not [!Equals [!Ref Stage, development]]"
commit "In staging too: another condition"

edit isms-cost.yaml "  development: { parameters: development.json, usage: usage.yaml }
" ""
git rm --quiet development.json
commit "Give up development"
