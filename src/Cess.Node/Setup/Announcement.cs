using System.Text;
using System.Text.Json;
using Cess.Gateway.Objects;

namespace Cess.Node.Setup;

/// <summary>How to reach a node that is ready: for people on the terminal, for programs in <c>node.json</c>.</summary>
public sealed record Announcement(
    int Pid, string S3, string Http, Credential Credential, string Account, string KeyFile, string PassphraseFile, string DataFolder, string? Peer)
{
    private string Secret => Encoding.UTF8.GetString(Credential.SecretKey);

    /// <summary>Writes <c>node.json</c>, readable by its owner only.</summary>
    public void Write(NodeFolder folder) => NodeFolder.WritePrivate(
        folder.NodeFile,
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                Pid, S3, Http, Credential.AccessKeyId, SecretAccessKey = Secret, Account, KeyFile, PassphraseFile, Peer,
            },
            JsonSerializerOptions.Web));

    /// <summary>What the operator sees, ready to paste.</summary>
    public string ToText() => $"""

        Cess network is ready.

          S3       {S3}
          REST     {Http}
          account  {Account}
          data     {DataFolder}

        Try it (paste into another terminal):

          export AWS_ACCESS_KEY_ID={Credential.AccessKeyId}
          export AWS_SECRET_ACCESS_KEY={Secret}
          export AWS_DEFAULT_REGION=us-east-1
          aws --endpoint-url {S3} s3 mb s3://photos
          aws --endpoint-url {S3} s3 cp README.md s3://photos/
          aws --endpoint-url {S3} s3 ls s3://photos/

        Ctrl-C stops it; the data stays.


        """;
}
