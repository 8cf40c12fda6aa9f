using Cess.Ledger.Modules.Staking.Selection;
using Cess.Ledger.Tests;
using Cess.Node.Keys;
using Cess.Primitives;

namespace Cess.Node.Tests;

public sealed class HashChainFilesTests : IDisposable
{
    private const ulong Era = 7;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cess-chains-");
    private readonly AccountId _validator = new TestAccount(1).Id;

    [Fact]
    public void A_missing_file_is_made_for_its_owner_only_and_stays()
    {
        using HashChainFiles chains = Open();
        chains.EnsureAll();
        byte[] made = File.ReadAllBytes(FileName);
        chains.EnsureAll();

        Assert.Equal(made, File.ReadAllBytes(FileName));
        Assert.Equal(_validator, HashChainSecret.Parse(made)!.Account);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FileName));
    }

    [Fact]
    public void Every_era_of_a_committed_chain_has_its_value()
    {
        using HashChainFiles chains = Open();
        chains.EnsureAll();
        (Hash256 end, int length) = chains.EndOf(_validator)!.Value;
        var commitment = new HashChainCommitment(_validator, end, Era);
        ulong last = Era + (ulong)length;

        for (ulong era = Era + 1; era < Era + 5; era++)
            commitment = commitment.Reveal(chains.Find(commitment, last, era)!.Value, era)!;
        Assert.NotNull(commitment.Reveal(chains.Find(commitment, last, Era + 100)!.Value, Era + 100));
        Assert.Null(chains.Find(commitment, last, commitment.Position));
        Assert.Null(chains.Find(commitment, last, last + 1));
    }

    [Fact]
    public void Nothing_is_shown_of_a_chain_that_was_not_committed_to()
    {
        Write(Chain(1));
        using HashChainFiles chains = Open();
        using HashChain other = Chain(2).Compute(Era);
        Assert.Null(chains.Find(other.Commitment, other.LastPosition, Era + 1));
        Assert.Null(chains.Find(other.Commitment with { Account = new TestAccount(2).Id }, other.LastPosition, Era + 1));
        Assert.Null(chains.Find(other.Commitment, last: 3, Era + 1));
    }

    [Fact]
    public void A_chain_that_takes_the_place_of_another_is_found_without_a_restart()
    {
        using HashChainFiles chains = Open();
        foreach (HashChainSecret secret in new[] { Chain(1), Chain(2) })
        {
            Write(secret);
            using HashChain chain = secret.Compute(Era);
            Assert.Equal(chain.RevealAt(Era + 1), chains.Find(chain.Commitment, chain.LastPosition, Era + 1));
        }
    }

    [Fact]
    public void Without_a_file_there_is_no_value()
    {
        using HashChainFiles chains = Open();
        using HashChain chain = Chain(1).Compute(Era);
        Assert.Null(chains.Find(chain.Commitment, chain.LastPosition, Era + 1));
        Assert.Null(chains.EndOf(_validator));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string FileName => Path.Combine(_folder.FullName, "validator-01.chain");

    private HashChainFiles Open() => new(new Dictionary<AccountId, string> { [_validator] = FileName });

    private HashChainSecret Chain(byte seed) => new(_validator, Hash256.Sha256([seed]), 20);

    private void Write(HashChainSecret secret) => File.WriteAllBytes(FileName, secret.ToFile());
}
